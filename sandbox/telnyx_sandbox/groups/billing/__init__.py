"""Balance, invoices and billing groups."""

from collections.abc import Callable

from ...account import Account
from ...routing import Routes
from . import balance, billing_groups, invoices

ROUTES: tuple[Routes, ...] = (
    balance.routes,
    billing_groups.routes,
    invoices.routes,
)
SEEDS: tuple[Callable[[Account], None], ...] = ()
