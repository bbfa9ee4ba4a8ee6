"""Connections that calls use: SIP connections, TeXML applications, outbound voice profiles, SIP credentials."""

from telnyx_tools.tool.group import Group

connections = Group(
    "connections",
    title="Connections",
    summary="What calls go through: SIP and external connections (Teams, Zoom), TeXML applications, outbound voice "
    "profiles, SIP credentials.",
    package=__name__,
)
