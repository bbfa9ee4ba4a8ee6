"""What calls go through: SIP connections, TeXML applications, outbound voice profiles, SIP credentials."""

from telnyx_tools.groups.connections import (
    changing,
    creating,
    hosts,
    outbound_voice_profiles,
    reading,
    registration,
    telephony_credentials,
    texml_applications,
)
from telnyx_tools.groups.connections.group import connections

__all__ = [
    "changing",
    "connections",
    "creating",
    "hosts",
    "outbound_voice_profiles",
    "reading",
    "registration",
    "telephony_credentials",
    "texml_applications",
]
