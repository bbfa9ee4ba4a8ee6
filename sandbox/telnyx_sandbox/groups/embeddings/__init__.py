"""Embeddings over the text in buckets, and integration secrets."""

from collections.abc import Callable

from ...account import Account
from ...routing import Routes

ROUTES: tuple[Routes, ...] = ()
SEEDS: tuple[Callable[[Account], None], ...] = ()
