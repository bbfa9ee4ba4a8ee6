"""What calls go through: connections of every type, TeXML applications, outbound voice profiles."""

from collections.abc import Callable

from ...account import Account
from ...routing import Routes
from . import connection

ROUTES: tuple[Routes, ...] = ()
SEEDS: tuple[Callable[[Account], None], ...] = (connection.seed,)
