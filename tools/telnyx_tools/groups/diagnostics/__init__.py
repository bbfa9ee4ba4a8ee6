"""Why a call or webhook failed: call timelines, webhook deliveries, audit events."""

from telnyx_tools.groups.diagnostics import audit_events, deliveries, diagnose
from telnyx_tools.groups.diagnostics.group import diagnostics

__all__ = ["audit_events", "deliveries", "diagnose", "diagnostics"]
