"""Templates and conversations on WhatsApp, business accounts, numbers and profiles."""

from telnyx_tools.tool.group import Group

whatsapp = Group(
    "whatsapp",
    title="WhatsApp",
    summary="Templates and conversations on WhatsApp, business accounts, numbers and profiles.",
    package=__name__,
)
