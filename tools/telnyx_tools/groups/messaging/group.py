"""The group that the messaging tools belong to."""

from telnyx_tools.declare import Group

messaging = Group(
    "messaging",
    title="Messaging",
    summary="SMS and MMS, scheduled and group messages, delivery records, messaging profiles, senders, opt-outs.",
)
