"""Balance, invoices, billing groups and spend limits."""

from collections.abc import Callable

from ...account import Account
from ...routing import Routes
from . import balance, billing_groups, invoices, spend_limits

ROUTES: tuple[Routes, ...] = (
    balance.routes,
    billing_groups.routes,
    invoices.routes,
    spend_limits.routes,
)
SEEDS: tuple[Callable[[Account], None], ...] = (spend_limits.seed,)
