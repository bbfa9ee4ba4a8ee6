"""Call rates: what a minute of an account's last call to a country cost. An estimate for the next one, not a price."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from telnyx_remote_mcp.guardrails.phone_numbers import country
from telnyx_tools.api.client import Json, Query, Telnyx
from telnyx_tools.results.result import objects

TYPES: Final = ("sip-trunking", "call-control")
"""The types of detail records with the cost of a call by the minute; a call costs the sum of them."""
_PAGE: Final = 250


@dataclass(frozen=True, slots=True)
class Rate:
    """What a minute of a call to a country cost."""

    amount: Decimal
    currency: str
    country: str

    def __str__(self) -> str:
        return (
            f"not known before; an estimate: {self.amount} {self.currency} a minute for the line, as the account's "
            f"last call to {self.country} was billed; what else the call uses comes on top"
        )


async def last_rate(telnyx: Telnyx, code: str) -> Rate | None:
    """The rate of the newest call to the country in the last 30 days: the price of its line (SIP trunking) plus that
    of Call Control. None if there is no such call, or its records have no rate by the minute. Raises TelnyxError."""
    billed = {kind: _billed(await telnyx.get("/detail_records", query=_newest(kind))) for kind in TYPES}
    line = next((one for one in billed[TYPES[0]] if country(str(one.get("cld"))) == code), None)
    if line is None or not (leg := line.get("call_leg_id")):
        return None
    parts = [line, *(one for one in billed[TYPES[1]] if one.get("call_leg_id") == leg)]
    rates, currencies = [_by_minute(part) for part in parts], {str(part.get("currency") or "") for part in parts}
    if len(currencies) != 1 or "" in currencies or any(rate is None for rate in rates):
        return None
    return Rate(sum((rate for rate in rates if rate is not None), Decimal(0)), currencies.pop(), code)


def _billed(answer: Json) -> list[Mapping[str, Any]]:
    """The outbound calls with billed time, newest first."""
    return [one for one in objects(answer) if one.get("direction") == "outbound" and one.get("billed_sec")]


def _by_minute(record: Mapping[str, Any]) -> Decimal | None:
    """The rate of a minute; None for another unit, or if the rate is not a number."""
    if not str(record.get("rate_measured_in")).startswith("minute"):
        return None
    try:
        rate = Decimal(str(record.get("rate")))
    except InvalidOperation:
        return None
    return rate if rate.is_finite() and rate >= 0 else None


def _newest(kind: str) -> Query:
    return {
        "filter": {"record_type": kind, "date_range": "last_30_days"},
        "sort": ["-started_at"],
        "page": {"size": _PAGE},
    }
