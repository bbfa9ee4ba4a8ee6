"""SMS and MMS: messages sent and received, and the messaging settings of numbers."""

from collections.abc import Callable

from ...account import Account
from ...routing import Routes
from . import messages, metrics, number_settings

ROUTES: tuple[Routes, ...] = (
    messages.routes,
    metrics.routes,
    number_settings.routes,
)
SEEDS: tuple[Callable[[Account], None], ...] = ()
