"""Usage reports: what a product was used for in a period, and what that cost."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any

from pydantic import Field

from telnyx_tools.api.client import Query, Telnyx
from telnyx_tools.argument_errors import InvalidArguments, Problem
from telnyx_tools.groups.account import account
from telnyx_tools.groups.account.days import Days, chosen_days
from telnyx_tools.groups.account.sums import Row, joined
from telnyx_tools.results.result import Result, objects
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.types import Day, PeriodName

DAYS_PER_REPORT = 31
ROWS_PER_REPORT = 5_000


class Usage(Result):
    product: str
    start_date: str
    end_date: str
    totals: list[Row] = Field(description="one per currency")
    rows: list[Row] = Field(description="by cost, the highest first")
    rows_left_out: int | None = None


@dataclass(frozen=True, slots=True)
class Option:
    """The metrics and dimensions of one product."""

    product: str
    dimensions: list[str]
    metrics: list[str]

    @classmethod
    def read(cls, raw: Mapping[str, object]) -> Option:
        return cls(str(raw.get("product")), _texts(raw.get("product_dimensions")), _texts(raw.get("product_metrics")))


@account.tool(
    effect=Effect.READ,
    scope="reporting.read",
    calls=("GET /usage_reports", "GET /usage_reports/options"),
    core=True,
)
async def get_usage(
    telnyx: Telnyx,
    product: Annotated[str, Field(description="messaging, call-control, sip-trunking, verify-2fa, …")],
    period: PeriodName | None = None,
    start_date: Day | None = None,
    end_date: Day | None = None,
    dimensions: Annotated[list[str], Field(description="to break down by")] = [],
    metrics: list[str] = [],
    limit: Annotated[int, Field(ge=1, le=100)] = 20,
) -> Usage:
    """A product's usage and cost, with totals; by default this month and every metric."""
    days = chosen_days(period, start_date, end_date)
    option = await _option(telnyx, product)
    _known("dimensions", dimensions, option.dimensions)
    _known("metrics", metrics, option.metrics)
    currency = [name for name in option.dimensions if name == "currency"]
    broken_down = list(dict.fromkeys([*dimensions, *currency])) or option.dimensions[:1]
    measured = metrics or option.metrics
    report = {"product": product, "dimensions": broken_down, "metrics": measured}
    pieces = await asyncio.gather(*(_rows(telnyx, report, piece) for piece in days.pieces(DAYS_PER_REPORT)))
    rows = joined([row for piece in pieces for row in piece], broken_down, measured)
    return Usage(
        product=product,
        start_date=days.first.isoformat(),
        end_date=days.last.isoformat(),
        totals=joined(rows, currency, measured),
        rows=rows[:limit],
        rows_left_out=max(0, len(rows) - limit) or None,
    )


async def _option(telnyx: Telnyx, product: str) -> Option:
    """Source: GET /usage_reports/options, which lists every product where none is named."""
    options = [Option.read(each) for each in objects(await telnyx.get("/usage_reports/options"))]
    for option in options:
        if option.product == product:
            return option
    products = ", ".join(sorted(option.product for option in options))
    raise InvalidArguments([Problem("product", f"There are usage reports of: {products}.")])


def _known(argument: str, names: list[str], known: list[str]) -> None:
    unknown = [name for name in names if name not in known]
    if unknown:
        raise InvalidArguments([Problem(argument, f"{', '.join(unknown)}: not one of {', '.join(known)}.")])


async def _rows(telnyx: Telnyx, report: Query, piece: Days) -> list[Any]:
    """The rows of one report. The API takes the end as the first moment that is not in it any more."""
    query: Query = {
        **report,
        "start_date": _midnight(piece.first),
        "end_date": _midnight(piece.last + timedelta(days=1)),
        "page": {"size": ROWS_PER_REPORT},
    }
    answer = await telnyx.get("/usage_reports", query=query)
    meta = answer.get("meta") if isinstance(answer, dict) else None
    if isinstance(meta, dict) and str(meta.get("total_pages")) not in ("None", "0", "1"):
        problem = f"More than {ROWS_PER_REPORT:,} rows; ask for fewer dimensions or a shorter period."
        raise InvalidArguments([Problem("dimensions", problem)])
    return objects(answer)


def _midnight(day: date) -> str:
    return datetime.combine(day, time(), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _texts(value: object) -> list[str]:
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []
