"""The account: what it holds, what it uses and what it pays."""

from telnyx_tools.groups.account import balance, billing_groups, detail_records, invoices, overview, usage
from telnyx_tools.groups.account.group import account

__all__ = ["account", "balance", "billing_groups", "detail_records", "invoices", "overview", "usage"]
