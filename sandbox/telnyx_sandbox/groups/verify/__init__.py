"""One-time codes: verify profiles and verifications."""

from collections.abc import Callable

from ...account import Account
from ...routing import Routes
from . import profiles, verifications

ROUTES: tuple[Routes, ...] = (
    profiles.routes,
    verifications.routes,
)
SEEDS: tuple[Callable[[Account], None], ...] = (profiles.seed,)
