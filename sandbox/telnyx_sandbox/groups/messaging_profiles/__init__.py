"""Messaging profiles, and what belongs to one: alphanumeric senders and opt-outs."""

from collections.abc import Callable

from ...account import Account
from ...routing import Routes
from . import alphanumeric_senders, optouts, profiles

ROUTES: tuple[Routes, ...] = (
    alphanumeric_senders.routes,
    optouts.routes,
    profiles.routes,
)
SEEDS: tuple[Callable[[Account], None], ...] = (profiles.seed, optouts.seed)
