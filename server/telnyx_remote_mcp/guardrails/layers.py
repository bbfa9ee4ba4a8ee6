"""Layers: the policies and rules that apply to one call, from the operator of the server down to the request."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from telnyx_remote_mcp.guardrails.approvals import Reason
from telnyx_remote_mcp.guardrails.local_time import local_time, local_times
from telnyx_remote_mcp.guardrails.recipients import Recipient
from telnyx_remote_mcp.surface.limits import Limit
from telnyx_remote_mcp.surface.owner_rules import NO_RULES, OwnerRules, QuietHours
from telnyx_remote_mcp.surface.policy import NOTHING, Policy, Rule, Whose, ruling
from telnyx_tools.registry import Registry
from telnyx_tools.tool.context import Action
from telnyx_tools.tool.effect import Effect

_ANYBODY: Final = frozenset({"phone", "sip", "email", "other"})
"""The kinds of recipients that quiet hours protect: a person may be behind them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """A limit on a call, and who set it. If `of_connection`, it counts one connection, else the whole account."""

    limit: Limit
    whose: Whose

    @property
    def of_connection(self) -> bool:
        return self.whose == "connection"


@dataclass(frozen=True, slots=True, kw_only=True)
class Layers:
    """The layers of a call. Each can only narrow those above. If the operator does not say what runs and what asks, the
    owner's policy applies instead of the default."""

    operator: Policy | None = None
    account: OwnerRules = NO_RULES
    connection: OwnerRules = NO_RULES
    request: Policy | None = None

    @property
    def policies(self) -> Mapping[Whose, Policy]:
        """The policies without that of the request, which can only narrow them."""
        owner: dict[Whose, Policy] = {"account": self.account.policy, "connection": self.connection.policy}
        return {"operator": self.operator, **owner} if self.operator is not None else owner

    def rule(self, action: Action, registry: Registry, products: Mapping[str, Effect] = NOTHING) -> Rule:
        """The rule for an action. `products` are other products that the call reaches into, and its effect there."""
        return ruling(action, registry, self.policies, self.request, products)

    def forbids(self, country: str | None) -> Whose | None:
        """Who forbids reaching numbers in this country; None if nobody does."""
        for whose, rules in self._owner.items():
            if not rules.allows(country):
                return whose
        return None

    def quiet(self, reached: Sequence[Recipient], now: datetime | None = None) -> list[Reason]:
        """The reasons to ask the owner about reaching somebody at this hour."""
        said = [rules.quiet_hours for rules in self._owner.values() if rules.quiet_hours is not None]
        texts = [text for hours in said for text in _disturbed(hours, reached, now)]
        return [Reason("quiet_hours", text) for text in dict.fromkeys(texts)]

    def bounds(self, operator: Sequence[Limit]) -> list[Bound]:
        """The limits that apply: those of the connection, and for each quantity and period the lower of the operator's
        and the account's."""
        lowest: dict[tuple[str, str], Bound] = {}
        laid_down: list[tuple[Whose, Sequence[Limit]]] = [("operator", operator), ("account", self.account.limits)]
        for whose, limits in laid_down:
            for limit in limits:
                known = lowest.get((limit.what, limit.period))
                if known is None or limit.most < known.limit.most:
                    lowest[limit.what, limit.period] = Bound(limit=limit, whose=whose)
        own = [Bound(limit=limit, whose="connection") for limit in self.connection.limits]
        return [*lowest.values(), *own]

    def calls_at_once(self) -> Mapping[Whose, int]:
        """How many phone calls may go on at once, by who set that."""
        return {whose: rules.calls_at_once for whose, rules in self._owner.items() if rules.calls_at_once is not None}

    def explained(self) -> Mapping[str, object]:
        """The owner's rules besides policies and limits, in the form of `PolicyInfo`."""
        named = [set(rules.countries) for rules in self._owner.values() if rules.countries]
        hours = [rules.quiet_hours for rules in self._owner.values() if rules.quiet_hours is not None]
        return {
            "countries": sorted(set.intersection(*named)) if named else None,
            "quiet_hours": [f"{each} {each.zone or 'where they are'}" for each in hours] or None,
            "calls_at_once": min(self.calls_at_once().values(), default=None),
        }

    @property
    def _owner(self) -> Mapping[Whose, OwnerRules]:
        return {"account": self.account, "connection": self.connection}


def _disturbed(hours: QuietHours, reached: Sequence[Recipient], now: datetime | None) -> Iterator[str]:
    """The reasons in words, if the call reaches people within these hours. Hours without a time zone are local to each
    number, and do not apply if its place is unknown. Hours with a zone that is unknown here always apply."""
    people = [recipient for recipient in reached if recipient.kind in _ANYBODY]
    if hours.zone is not None:
        local = local_time(hours.zone, now)
        if people and (local is None or hours.hold(local)):
            yield f"It is within the quiet hours, {hours} in {hours.zone}."
        return
    for person in people:
        times = local_times(person.value, now) if person.kind == "phone" else []
        if times and all(hours.hold(local) for local in times):
            yield f"It is {times[0]:%H:%M} where {person.value} is, within the quiet hours, {hours}."
