"""Webhook deliveries and audit events."""

from collections.abc import Callable

from ...account import Account
from ...routing import Routes
from . import audit_events, webhook_deliveries

ROUTES: tuple[Routes, ...] = (audit_events.routes, webhook_deliveries.routes)
SEEDS: tuple[Callable[[Account], None], ...] = ()
