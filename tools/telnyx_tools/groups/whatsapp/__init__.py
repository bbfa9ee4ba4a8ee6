"""Templates and conversations on WhatsApp, business accounts, numbers and profiles."""

from telnyx_tools.groups.whatsapp import (
    business_accounts,
    contacts,
    interactive,
    number_settings,
    phone_numbers,
    profiles,
    sending,
    signups,
    template_changes,
    template_sending,
    templates,
    window,
)
from telnyx_tools.groups.whatsapp.group import whatsapp

__all__ = [
    "business_accounts",
    "contacts",
    "interactive",
    "number_settings",
    "phone_numbers",
    "profiles",
    "sending",
    "signups",
    "template_changes",
    "template_sending",
    "templates",
    "whatsapp",
    "window",
]
