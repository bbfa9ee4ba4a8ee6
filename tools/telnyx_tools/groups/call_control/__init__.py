"""Place, answer, follow and steer calls: speech, audio, digits, transfer, recording, TeXML calls."""

from telnyx_tools.groups.call_control import texml_calls
from telnyx_tools.groups.call_control.group import call_control

__all__ = ["call_control", "texml_calls"]
