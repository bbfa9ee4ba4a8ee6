"""Usage reports: the usage of messages, calls, verifications and lookups in the sandbox, added up."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from ...account import Account
from ...errors import SandboxError
from ...moments import moment_of
from ...pages import numbered
from ...reply import Reply
from ...request import Request
from ...routing import Routes
from ..messaging.message import Message
from ..numbers.lookup import Lookup
from ..verify.verification import Verification
from ..voice import records
from .date_ranges import period

routes = Routes()

LONGEST_SECS = 31 * 24 * 60 * 60
LARGEST_PAGE = 5_000

Event = dict[str, object]
"""One message or the like: its dimensions and metrics, by name."""


@dataclass(frozen=True)
class Product:
    dimensions: tuple[str, ...]
    metrics: tuple[str, ...]
    events: Callable[[Account], Iterable[tuple[float, Event]]] = lambda account: ()
    """Lists the product's events, each with its moment."""


def _messages(account: Account) -> Iterable[tuple[float, Event]]:
    now = account.clock.now()
    for message in account.collection(Message).values():
        if message.status(now) in ("scheduled", "cancelled"):
            continue
        content = message.content
        yield (
            message.starts_at,
            {
                "direction": message.direction,
                "country_iso": message.country,
                "message_type": content.type,
                "profile_id": message.profile_id,
                "cost": content.cost,
                "count": 1,
                "parts": content.parts,
                "customer_carrier_fee": content.price.carrier_fee * content.parts,
            },
        )


def _verifications(account: Account) -> Iterable[tuple[float, Event]]:
    for verification in account.collection(Verification).values():
        yield (
            verification.created_at,
            {
                "verify_channel_type": verification.channel,
                "country_iso": verification.country,
                "profile_id": verification.profile_id,
                "cost": verification.cost,
                "count": 1,
            },
        )


def _lookups(account: Account) -> Iterable[tuple[float, Event]]:
    for lookup in account.collection(Lookup).values():
        yield lookup.created_at, {"country_iso": lookup.country, "cost": lookup.cost, "count": 1}


_CALL_DIMENSIONS = ("date", "currency", "direction")
_CALL_METRICS = ("cost", "attempted", "completed", "billed_sec")

PRODUCTS = {
    "messaging": Product(
        ("date", "currency", "direction", "country_iso", "message_type", "profile_id"),
        ("cost", "count", "parts", "customer_carrier_fee"),
        _messages,
    ),
    "verify-2fa": Product(
        ("date", "currency", "verify_channel_type", "country_iso", "profile_id"), ("cost", "count"), _verifications
    ),
    "number-lookup": Product(("date", "currency", "country_iso"), ("cost", "count"), _lookups),
    "call-control": Product(_CALL_DIMENSIONS, _CALL_METRICS, records.usage("call-control")),
    "sip-trunking": Product(_CALL_DIMENSIONS, _CALL_METRICS, records.usage("sip-trunking")),
}


@routes.get("/usage_reports/options")
def options(request: Request) -> Reply:
    wanted = request.query.text("product")
    return Reply(
        {
            "data": [
                {
                    "product": name,
                    "product_dimensions": list(product.dimensions),
                    "product_metrics": list(product.metrics),
                    "record_types": [],
                }
                for name, product in PRODUCTS.items()
                if wanted in (None, name)
            ]
        }
    )


@routes.get("/usage_reports")
def report(request: Request) -> Reply:
    query = request.query
    name = query.text("product") or ""
    product = PRODUCTS.get(name)
    if product is None:
        raise SandboxError("10003", f"Available products: {', '.join(PRODUCTS)}.", parameter="product")
    dimensions = _chosen(request, "dimensions", product.dimensions)
    metrics = _chosen(request, "metrics", product.metrics)
    first, last = _period(request)
    events = [_dated(moment, event) for moment, event in product.events(request.account) if first <= moment < last]
    rows = [{"product": name, **row} for row in _sums(events, dimensions, metrics)]
    return numbered(request, rows, dict, largest=LARGEST_PAGE)


def _chosen(request: Request, parameter: str, known: Sequence[str]) -> list[str]:
    chosen = request.query.many(parameter)
    if not chosen or set(chosen) - set(known):
        raise SandboxError("10003", f"Available {parameter} values: {','.join(known)}.", parameter=parameter)
    return chosen


def _period(request: Request) -> tuple[float, float]:
    """The first moment of the report, and the first one after it."""
    start, end = request.query.text("start_date"), request.query.text("end_date")
    if start is None or end is None:
        return period(request.query.text("date_range"), request.account.clock.now())
    first, last = moment_of(start, parameter="start_date"), moment_of(end, parameter="end_date")
    if last - first > LONGEST_SECS:
        raise SandboxError("10033", "The maximum time range is 31 days.", parameter="start_date")
    return first, last


def _dated(moment: float, event: Event) -> Event:
    return {"date": datetime.fromtimestamp(moment, UTC).date().isoformat(), "currency": "USD", **event}


def _sums(events: Iterable[Event], dimensions: Sequence[str], metrics: Sequence[str]) -> list[Event]:
    sums: defaultdict[tuple[object, ...], list[Decimal]] = defaultdict(lambda: [Decimal(0)] * len(metrics))
    for event in events:
        key = tuple(event[name] for name in dimensions)
        sums[key] = [total + Decimal(str(event[name])) for total, name in zip(sums[key], metrics, strict=True)]
    return [
        {**dict(zip(dimensions, key, strict=True)), **dict(zip(metrics, map(float, totals), strict=True))}
        for key, totals in sums.items()
    ]
