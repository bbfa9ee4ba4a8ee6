"""Phone numbers for sale: countries, blocks of numbers, and what each country offers."""

from collections.abc import Callable

from ...account import Account
from ...routing import Routes
from . import coverage

ROUTES: tuple[Routes, ...] = (coverage.routes,)
SEEDS: tuple[Callable[[Account], None], ...] = ()
