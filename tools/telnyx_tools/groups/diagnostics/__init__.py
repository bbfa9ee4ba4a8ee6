"""Diagnostics of calls and webhooks that failed: call timelines, webhook deliveries, audit events."""

from telnyx_tools.tool.group import Group

diagnostics = Group(
    "diagnostics",
    title="Diagnostics",
    summary="Why a call or webhook failed: call timelines, webhook deliveries, audit events.",
    package=__name__,
)
