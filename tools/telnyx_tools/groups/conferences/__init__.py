"""Conference calls and call queues, and who is in them."""

from telnyx_tools.groups.conferences.group import conferences

__all__ = ["conferences"]
