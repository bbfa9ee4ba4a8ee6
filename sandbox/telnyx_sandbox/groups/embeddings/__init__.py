"""Embeddings over the text in buckets, and integration secrets."""

from collections.abc import Callable

from ...account import Account
from ...routing import Routes
from . import collections, embedded_buckets, embedding, integration_secrets

ROUTES: tuple[Routes, ...] = (
    collections.routes,
    embedded_buckets.routes,
    embedding.routes,
    integration_secrets.routes,
)
SEEDS: tuple[Callable[[Account], None], ...] = ()
