"""The rules by which a call is unusual: which of them are on, and their bounds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Final, Literal

from telnyx_remote_mcp.surface.policy import Policy

DEFAULT_RECIPIENTS: Final = 20
"""Different ones within ten minutes, which a person would hardly write to by hand."""
DEFAULT_PRICE: Final = 10
"""Of one call, in the account's currency."""


@dataclass(frozen=True, slots=True)
class Rules:
    """Which rules are on, and their bounds; None for a bound that is off."""

    tainted: bool = True
    after_reading: bool = True
    recipients: int | None = DEFAULT_RECIPIENTS
    new_country: bool = True
    opted_out: bool = True
    price: float | None = DEFAULT_PRICE
    recurring_price: bool = True
    unknown_price: bool = True
    first_contact: bool = False
    night: bool = False

    @staticmethod
    def of(policies: Iterable[Policy]) -> Rules:
        """The rules of several policies: one that is on for somebody is on, and the lowest bound counts."""
        said = [policy.unusual for policy in policies]
        recipients = _lowest([rule.recipients for rule in said], DEFAULT_RECIPIENTS)
        return Rules(
            tainted=_on([rule.tainted for rule in said], True),
            after_reading=_on([rule.after_reading for rule in said], True),
            recipients=None if recipients is None else int(recipients),
            new_country=_on([rule.new_country for rule in said], True),
            opted_out=_on([rule.opted_out for rule in said], True),
            price=_lowest([rule.price for rule in said], DEFAULT_PRICE),
            recurring_price=_on([rule.recurring_price for rule in said], True),
            unknown_price=_on([rule.unknown_price for rule in said], True),
            first_contact=_on([rule.first_contact for rule in said], False),
            night=_on([rule.night for rule in said], False),
        )

    def for_what_is_free(self) -> Rules:
        """Those that matter to a call that spends nothing: where it leads."""
        return Rules(self.tainted, self.after_reading, None, False, False, None, False, False)

    def explained(self) -> list[str]:
        """The names of those that are on, with their bounds, as `price (more than 10)`."""
        on = [(rule.name, value) for rule in fields(self) if (value := getattr(self, rule.name))]
        return [name if value is True else f"{name} (more than {value:g})" for name, value in on]


def _on(said: Sequence[bool | None], default: bool) -> bool:
    choices = [choice for choice in said if choice is not None]
    return any(choices) if choices else default


def _lowest(said: Sequence[float | Literal[False] | None], default: float) -> float | None:
    choices = [choice for choice in said if choice is not None]
    bounds = [choice for choice in choices if choice is not False]
    return min(bounds) if bounds else None if choices else default
