"""The rules that make a call unusual: which are on, and their bounds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Literal, TypeVar

from telnyx_remote_mcp.surface.policy import Policy

Bound = TypeVar("Bound", int, float)


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules that are on, and their bounds; None for a bound that is off. Defaults apply if no policy says more."""

    tainted: bool = True
    after_reading: bool = True
    recipients: int | None = 20
    """The most different recipients within ten minutes: more than a person would write to by hand."""
    new_country: bool = True
    opted_out: bool = True
    price: float | None = 10
    """The highest price of one call, in the account's currency."""
    recurring_price: bool = True
    unknown_price: bool = True
    first_contact: bool = False
    night: bool = False

    @staticmethod
    def of(policies: Iterable[Policy]) -> Rules:
        """The rules of several policies: a rule is on if any policy turns it on, and the lowest bound counts."""
        said, usual = [policy.unusual for policy in policies], Rules()
        return Rules(
            tainted=_on([rule.tainted for rule in said], usual.tainted),
            after_reading=_on([rule.after_reading for rule in said], usual.after_reading),
            recipients=_lowest([rule.recipients for rule in said], usual.recipients),
            new_country=_on([rule.new_country for rule in said], usual.new_country),
            opted_out=_on([rule.opted_out for rule in said], usual.opted_out),
            price=_lowest([rule.price for rule in said], usual.price),
            recurring_price=_on([rule.recurring_price for rule in said], usual.recurring_price),
            unknown_price=_on([rule.unknown_price for rule in said], usual.unknown_price),
            first_contact=_on([rule.first_contact for rule in said], usual.first_contact),
            night=_on([rule.night for rule in said], usual.night),
        )

    def for_free_calls(self) -> Rules:
        """The rules for a call that spends nothing: only those about where its addresses come from."""
        return Rules(
            tainted=self.tainted,
            after_reading=self.after_reading,
            recipients=None,
            new_country=False,
            opted_out=False,
            price=None,
            recurring_price=False,
            unknown_price=False,
        )

    def explained(self) -> list[str]:
        """The names of the rules that are on, with their bounds, as `price (more than 10)`."""
        on = [(rule.name, value) for rule in fields(self) if (value := getattr(self, rule.name))]
        return [name if value is True else f"{name} (more than {value:g})" for name, value in on]


def _on(said: Sequence[bool | None], default: bool) -> bool:
    choices = [choice for choice in said if choice is not None]
    return any(choices) if choices else default


def _lowest(said: Sequence[Bound | Literal[False] | None], default: Bound | None) -> Bound | None:
    choices = [choice for choice in said if choice is not None]
    bounds = [choice for choice in choices if choice is not False]
    return min(bounds) if bounds else None if choices else default
