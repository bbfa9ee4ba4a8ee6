"""Rows of usage added up: those that agree in every dimension become one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal, InvalidOperation

Row = dict[str, str | int | float]
"""Dimensions as text, metrics as numbers."""


def joined(rows: Iterable[Mapping[str, object]], dimensions: Sequence[str], metrics: Sequence[str]) -> list[Row]:
    """One row for each combination of dimensions, the costliest first; by the first metric where none is a cost."""
    sums: defaultdict[tuple[str | None, ...], dict[str, Decimal]] = defaultdict(dict)
    for row in rows:
        found = sums[tuple(_text(row.get(name)) for name in dimensions)]
        for metric in metrics:
            amount = _amount(row.get(metric))
            if amount is not None:
                found[metric] = found.get(metric, Decimal(0)) + amount
    weight = "cost" if "cost" in metrics else next(iter(metrics), "")
    ordered = sorted(sums.items(), key=lambda each: -each[1].get(weight, Decimal(0)))
    return [_row(dimensions, values, amounts) for values, amounts in ordered]


def _row(dimensions: Sequence[str], values: Sequence[str | None], amounts: Mapping[str, Decimal]) -> Row:
    named = {name: value for name, value in zip(dimensions, values, strict=True) if value is not None}
    return {**named, **{name: _number(amount) for name, amount in amounts.items()}}


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _amount(value: object) -> Decimal | None:
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        return None
    return amount if amount.is_finite() else None


def _number(amount: Decimal) -> int | float:
    return int(amount) if amount == amount.to_integral_value() else float(amount)
