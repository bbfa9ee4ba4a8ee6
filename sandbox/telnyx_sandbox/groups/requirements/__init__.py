"""Regulatory requirements of phone numbers, and the addresses and groups that fulfil them."""

from collections.abc import Callable

from ...account import Account
from ...routing import Routes
from . import addresses, groups, requirements

ROUTES: tuple[Routes, ...] = (
    addresses.routes,
    groups.routes,
    requirements.routes,
)
SEEDS: tuple[Callable[[Account], None], ...] = ()
