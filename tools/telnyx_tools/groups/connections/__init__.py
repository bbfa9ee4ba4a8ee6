"""What calls go through: SIP connections, TeXML applications, outbound voice profiles, SIP credentials."""

from telnyx_tools.groups.connections.group import connections

__all__ = ["connections"]
