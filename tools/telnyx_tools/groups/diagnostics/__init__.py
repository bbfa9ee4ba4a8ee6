"""Why a call or webhook failed: call timelines, webhook deliveries, audit events."""

from telnyx_tools.groups.diagnostics.group import diagnostics

__all__ = ["diagnostics"]
