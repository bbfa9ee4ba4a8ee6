"""Place, answer, follow and steer calls: speech, audio, digits, transfer, recording, TeXML calls."""

from telnyx_tools.groups.call_control import (
    active,
    applications,
    assistants,
    audio,
    calls,
    dialing,
    events,
    gathering,
    media,
    payments,
    queueing,
    recording,
    steering,
    texml_calls,
    waiting,
)
from telnyx_tools.groups.call_control.group import call_control

__all__ = [
    "active",
    "applications",
    "assistants",
    "audio",
    "call_control",
    "calls",
    "dialing",
    "events",
    "gathering",
    "media",
    "payments",
    "queueing",
    "recording",
    "steering",
    "texml_calls",
    "waiting",
]
