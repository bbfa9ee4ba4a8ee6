"""The group that the diagnostics tools belong to."""

from telnyx_tools.tool.group import Group

diagnostics = Group(
    "diagnostics",
    title="Diagnostics",
    summary="Why a call or webhook failed: call timelines, webhook deliveries, audit events.",
)
