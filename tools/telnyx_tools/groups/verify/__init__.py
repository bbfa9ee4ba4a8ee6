"""Verification of people's phone numbers by a one-time code."""

from telnyx_tools.groups.verify import profiles, verifications
from telnyx_tools.groups.verify.group import verify

__all__ = ["profiles", "verifications", "verify"]
