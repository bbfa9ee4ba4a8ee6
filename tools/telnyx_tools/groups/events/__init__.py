"""Events: what happens on calls and to messages, as it happens."""

from telnyx_tools.tool.group import Group

events = Group(
    "events",
    title="Events",
    summary="Wait for replies, deliveries, calls and digits; where webhooks go.",
    package=__name__,
)
