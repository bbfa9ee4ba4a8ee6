"""The group that the WhatsApp tools belong to."""

from telnyx_tools.tool.group import Group

whatsapp = Group(
    "whatsapp",
    title="WhatsApp",
    summary="Templates and conversations on WhatsApp, business accounts, numbers and profiles.",
)
