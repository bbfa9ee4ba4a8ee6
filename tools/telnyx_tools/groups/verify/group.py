"""The group that the verification tools belong to."""

from __future__ import annotations

from telnyx_tools.tool.group import Group

verify = Group("verify", title="Verify", summary="One-time codes by SMS, call or WhatsApp, and their profiles.")
