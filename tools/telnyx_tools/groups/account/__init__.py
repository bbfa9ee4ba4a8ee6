"""The account: what it holds, what it uses and what it pays."""

from telnyx_tools.tool.group import Group

account = Group(
    "account",
    title="Account",
    summary="Balance, usage and cost, detail records, invoices, billing groups.",
    package=__name__,
)
