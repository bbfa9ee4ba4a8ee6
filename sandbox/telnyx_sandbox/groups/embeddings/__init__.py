"""Embeddings over the text in buckets, and integration secrets."""

from collections.abc import Callable

from ...account import Account
from ...routing import Routes
from . import integration_secrets

ROUTES: tuple[Routes, ...] = (integration_secrets.routes,)
SEEDS: tuple[Callable[[Account], None], ...] = ()
