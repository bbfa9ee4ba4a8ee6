"""Limits on what an account may do within a time, as the operator writes them: `messages=100/hour`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal, get_args

What = Literal["messages", "calls", "purchases", "changes", "spend"]
"""What a limit counts: `messages` and `calls` count recipients, `purchases` what is bought, `changes` the calls that
change or delete something at no cost, and `spend` what calls cost, in the account's currency, as far as that is known
before the call or from the answer of Telnyx."""
Period = Literal["hour", "day"]

SECS: Final[dict[Period, int]] = {"hour": 3_600, "day": 86_400}
_WRITTEN: Final = re.compile(r"(messages|calls|purchases|changes|spend)=([0-9]{1,9})/(hour|day)")


@dataclass(frozen=True, slots=True)
class Limit:
    """At most so much of something within an hour or a day, counted from the first use."""

    what: What
    most: int
    period: Period

    @property
    def secs(self) -> int:
        return SECS[self.period]

    def __str__(self) -> str:
        what = "of money" if self.what == "spend" else self.what.removesuffix("s") if self.most == 1 else self.what
        return f"{self.most:,} {what} {'an' if self.period == 'hour' else 'a'} {self.period}"


def limits(written: Iterable[str]) -> list[Limit]:
    """Parse the limits; `none` alone means no limits. Raises ValueError with a text for the operator."""
    texts = list(written)
    if texts == ["none"]:
        return []
    return [_limit(text) for text in texts]


def _limit(text: str) -> Limit:
    match = _WRITTEN.fullmatch(text)
    if match is None:
        raise ValueError(
            f"'{text}' is no limit: write WHAT=NUMBER/hour or /day, WHAT being {', '.join(get_args(What))}"
        )
    what, most, period = match.groups()
    return Limit(what, int(most), period)  # type: ignore[arg-type] # the pattern has no other ones
