"""Verification of people's phone numbers by a one-time code."""

from telnyx_tools.tool.group import Group

verify = Group(
    "verify",
    title="Verify",
    summary="One-time codes by SMS, call or WhatsApp, and their profiles.",
    package=__name__,
)
