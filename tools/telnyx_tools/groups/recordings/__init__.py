"""Call recordings and their transcripts."""

from telnyx_tools.groups.recordings.group import recordings

__all__ = ["recordings"]
