"""SMS and MMS: messages and what became of them, and the profiles, senders and opt-outs behind them."""

from telnyx_tools.tool.group import Group

messaging = Group(
    "messaging",
    title="Messaging",
    summary="SMS and MMS, scheduled and group messages, delivery records, messaging profiles, senders, opt-outs.",
    package=__name__,
)
