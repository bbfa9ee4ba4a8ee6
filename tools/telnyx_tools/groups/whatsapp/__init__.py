"""Templates and conversations on WhatsApp, business accounts, numbers and profiles."""

from telnyx_tools.groups.whatsapp.group import whatsapp

__all__ = ["whatsapp"]
