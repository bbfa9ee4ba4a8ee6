"""Detail records and usage reports over what other groups leave behind."""

from collections.abc import Callable

from ...account import Account
from ...routing import Routes
from . import detail_records, usage_reports

ROUTES: tuple[Routes, ...] = (
    detail_records.routes,
    usage_reports.routes,
)
SEEDS: tuple[Callable[[Account], None], ...] = ()
