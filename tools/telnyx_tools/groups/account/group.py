"""The group that the account's tools belong to."""

from __future__ import annotations

from telnyx_tools.tool.group import Group

account = Group(
    "account", title="Account", summary="Balance, usage and cost, detail records, invoices, billing groups."
)
