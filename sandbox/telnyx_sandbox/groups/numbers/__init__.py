"""Phone numbers: searched, reserved, ordered, configured, looked up."""

from collections.abc import Callable

from ...account import Account
from ...routing import Routes
from . import jobs, lookup, offers, orders, phone_number, phone_numbers, reputation, reservations, voice

ROUTES: tuple[Routes, ...] = (
    jobs.routes,
    lookup.routes,
    offers.routes,
    orders.routes,
    phone_numbers.routes,
    reputation.routes,
    reservations.routes,
    voice.routes,
)
SEEDS: tuple[Callable[[Account], None], ...] = (phone_number.seed,)
