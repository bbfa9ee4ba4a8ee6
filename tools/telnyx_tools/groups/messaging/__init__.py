"""SMS and MMS: messages and what became of them, and the profiles, senders and opt-outs behind them."""

from telnyx_tools.groups.messaging import (
    alphanumeric_senders,
    messages,
    opt_outs,
    profile_activity,
    profiles,
    records,
    sending,
)
from telnyx_tools.groups.messaging.group import messaging

__all__ = [
    "alphanumeric_senders",
    "messages",
    "messaging",
    "opt_outs",
    "profile_activity",
    "profiles",
    "records",
    "sending",
]
