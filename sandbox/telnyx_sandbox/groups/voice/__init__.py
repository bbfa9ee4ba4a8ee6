"""Calls and what belongs to them: events, recordings, conferences, queues, TeXML calls."""

from collections.abc import Callable

from ...account import Account
from ...routing import Routes

ROUTES: tuple[Routes, ...] = ()
SEEDS: tuple[Callable[[Account], None], ...] = ()
