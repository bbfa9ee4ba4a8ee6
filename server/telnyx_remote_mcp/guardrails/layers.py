"""Layers: everything that is laid down for one call, from the operator of the server down to the request."""

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
"""Kinds of recipients behind whom somebody may sleep."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """A limit on a call, who laid it down, and whether it counts what one connection does, else the whole account."""

    limit: Limit
    whose: Whose

    @property
    def of_connection(self) -> bool:
        return self.whose == "connection"


@dataclass(frozen=True, slots=True, kw_only=True)
class Layers:
    """The layers of a call. Each narrows those above; where the operator says nothing of what may run and what asks,
    the owner's word counts instead of the default."""

    operator: Policy | None = None
    account: OwnerRules = NO_RULES
    connection: OwnerRules = NO_RULES
    request: Policy | None = None

    @property
    def policies(self) -> Mapping[Whose, Policy]:
        """What is laid down, without the request's word, which can only narrow."""
        owner: dict[Whose, Policy] = {"account": self.account.policy, "connection": self.connection.policy}
        return {"operator": self.operator, **owner} if self.operator is not None else owner

    def rule(self, action: Action, registry: Registry, products: Mapping[str, Effect] = NOTHING) -> Rule:
        """The rule for an action that reaches things of these other products as well."""
        return ruling(action, registry, self.policies, self.request, products)

    def forbids(self, country: str | None) -> Whose | None:
        """Who does not let a number of this country be reached; None where everybody does."""
        for whose, rules in self._owner.items():
            if not rules.allows(country):
                return whose
        return None

    def quiet(self, reached: Sequence[Recipient], now: datetime | None = None) -> list[Reason]:
        """Why the owner is asked about reaching somebody at this hour."""
        said = [rules.quiet_hours for rules in self._owner.values() if rules.quiet_hours is not None]
        texts = [text for hours in said for text in _disturbed(hours, reached, now)]
        return [Reason("quiet_hours", text) for text in dict.fromkeys(texts)]

    def bounds(self, operator: Sequence[Limit]) -> list[Bound]:
        """The limits that hold: of the account the lowest for each thing and time, and those of the connection."""
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
        """How many calls may go on at once, by who laid that down."""
        return {whose: rules.calls_at_once for whose, rules in self._owner.items() if rules.calls_at_once is not None}

    def explained(self) -> Mapping[str, object]:
        """What the owner lays down besides policies and limits, as `PolicyInfo` has it."""
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
    """Where it is one of these hours. Of a number without a known place that cannot be said, unless they have a zone of
    their own; where the zone is not known here, they hold."""
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
