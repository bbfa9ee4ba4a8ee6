"""The group that the conferences and queues tools belong to."""

from telnyx_tools.tool.group import Group

conferences = Group(
    "conferences",
    title="Conferences and queues",
    summary="Conference calls and call queues, and who is in them.",
)
