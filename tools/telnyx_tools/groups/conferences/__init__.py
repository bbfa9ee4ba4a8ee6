"""Conferences of calls, and queues of waiting calls."""

from telnyx_tools.tool.group import Group

conferences = Group(
    "conferences",
    title="Conferences and queues",
    summary="Conference calls and call queues, and who is in them.",
    package=__name__,
)
