"""Searching the inventory for numbers to buy. A number must have been found before it can be ordered."""

from collections.abc import Iterator
from dataclasses import dataclass

from ...account import Account, money
from ...errors import SandboxError
from ...query import Query
from ...reply import Reply
from ...request import Request
from ...routing import Routes
from ..inventory.blocks import BLOCKS, UPFRONT_COST, Block
from .phone_number import numbers_of
from .reservations import held_numbers

routes = Routes()

FEATURES = ("sms", "mms", "voice", "fax", "emergency", "hd_voice", "international_sms", "local_calling")
KINDS = ("local", "toll_free", "mobile", "national", "shared_cost")
PATTERNS = tuple(f"filter[phone_number][{end}]" for end in ("starts_with", "ends_with", "contains"))
FILTERS = (
    "filter[country_code]", "filter[national_destination_code]", "filter[locality]", "filter[rate_center]",
    "filter[administrative_area]", "filter[phone_number_type]", "filter[features]", "filter[limit]",
    "filter[best_effort]", "filter[quickship]", "filter[reservable]", "filter[exclude_held_numbers]",
    *PATTERNS,
)  # fmt: skip
LARGEST_LIMIT = 250


@dataclass(frozen=True, slots=True)
class Offer:
    """A number that this account has found."""

    number: str
    block: Block


@routes.get("/available_phone_numbers")
def search(request: Request) -> Reply:
    query = request.query
    query.filters(*FILTERS)
    limit = query.integer("filter[limit]", 100, low=1, high=LARGEST_LIMIT)
    blocks = [block for block in BLOCKS if _offers(query, block)]
    exact = _find(request.account, query, [block for block in blocks if _is_there(query, block)], limit)
    near: list[Offer] = []
    if query.flag("filter[best_effort]") and len(exact) < limit:
        elsewhere = [block for block in blocks if block.calling_code == "1" and not _is_there(query, block)]
        near = _find(request.account, query, elsewhere, limit - len(exact))
    found = request.account.collection(Offer)
    found.update((offer.number, offer) for offer in (*exact, *near))
    rows = [_render(offer, near=False) for offer in exact] + [_render(offer, near=True) for offer in near]
    counts = {"total_results": len(rows), "best_effort_results": len(near)}
    return Reply({"data": rows, "meta": counts, "metadata": counts})


def _offers(query: Query, block: Block) -> bool:
    """True if the block has the country, type and features that the query asks for."""
    features = query.many("filter[features]")
    unknown = set(features).difference(FEATURES)
    if unknown:
        detail = f"features are {', '.join(FEATURES)}."
        raise SandboxError("10032", detail, parameter="filter[features]")
    return (
        query.text("filter[country_code]") in (None, block.country)
        and query.choice("filter[phone_number_type]", KINDS) in (None, block.kind)
        and set(features) <= set(block.features)
    )


def _is_there(query: Query, block: Block) -> bool:
    """True if the block is in the place that the query asks for."""
    locality = query.text("filter[locality]") or query.text("filter[rate_center]")
    return (
        query.text("filter[national_destination_code]") in (None, block.area_code)
        and (locality is None or locality.upper() == block.locality)
        and query.text("filter[administrative_area]") in (None, block.area)
    )


def _find(account: Account, query: Query, blocks: list[Block], limit: int) -> list[Offer]:
    taken = {number.phone_number for number in numbers_of(account)}
    if query.flag("filter[exclude_held_numbers]"):
        taken |= held_numbers(account)
    offers: list[Offer] = []
    for offer in _matching(query, blocks):
        if len(offers) == limit:
            break
        if offer.number not in taken:
            offers.append(offer)
    return offers


def _matching(query: Query, blocks: list[Block]) -> Iterator[Offer]:
    """Yield the numbers that fit the patterns, which skip the calling code, and the area code if one is given."""
    starts_with, ends_with, contains = (query.text(name) or "" for name in PATTERNS)
    with_area_code = query.text("filter[national_destination_code]") is None
    for block in blocks:
        skipped = 1 + len(block.calling_code) + (0 if with_area_code else len(block.area_code))
        for number in block.numbers():
            digits = number if starts_with.startswith("+") else number[skipped:]
            if digits.startswith(starts_with) and digits.endswith(ends_with) and contains in number[skipped:]:
                yield Offer(number, block)


def _render(offer: Offer, *, near: bool) -> dict[str, object]:
    block = offer.block
    regions = {"location": block.locality, "rate_center": block.locality, "state": block.area}
    return {
        "record_type": "available_phone_number",
        "phone_number": offer.number,
        "vanity_format": None,
        "best_effort": near,
        "quickship": True,
        "reservable": True,
        "region_information": [
            {"region_type": "country_code", "region_name": block.country},
            *({"region_type": kind, "region_name": name} for kind, name in regions.items() if name),
        ],
        "cost_information": {
            "upfront_cost": money(UPFRONT_COST),
            "monthly_cost": money(block.monthly_cost),
            "currency": "USD",
        },
        "features": [{"name": feature} for feature in block.features],
    }
