"""Detail records and usage reports, made from the resources of other groups."""

from collections.abc import Callable

from ...account import Account
from ...routing import Routes
from . import detail_records, usage_reports

ROUTES: tuple[Routes, ...] = (
    detail_records.routes,
    usage_reports.routes,
)
SEEDS: tuple[Callable[[Account], None], ...] = ()
