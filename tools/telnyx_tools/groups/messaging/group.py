"""The group that the messaging tools belong to."""

from telnyx_tools.tool.group import Group

messaging = Group(
    "messaging",
    title="Messaging",
    summary="SMS and MMS, scheduled and group messages, delivery records, messaging profiles, senders, opt-outs.",
)
