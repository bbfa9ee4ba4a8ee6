"""Webhook deliveries and audit events."""

from collections.abc import Callable

from ...account import Account
from ...routing import Routes

ROUTES: tuple[Routes, ...] = ()
SEEDS: tuple[Callable[[Account], None], ...] = ()
