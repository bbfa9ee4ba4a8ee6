"""Replays the audit log against a policy: which of the calls it would have asked about or refused."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal

from telnyx_remote_mcp.audit.reader import Record
from telnyx_remote_mcp.guardrails.contacts import RECENT_SECS
from telnyx_remote_mcp.guardrails.price_rules import PRICED_IN_ADVANCE, RECURRING
from telnyx_remote_mcp.guardrails.rules import Rules
from telnyx_remote_mcp.surface.deeds import deeds_of
from telnyx_remote_mcp.surface.policy import Policy, ruling
from telnyx_tools.registry import Registry
from telnyx_tools.tool.context import Action
from telnyx_tools.tool.effect import Effect

MADE_EVENTS: Final = ("start", "call")
"""The events of calls that passed the guards. A `refused` one was stopped, perhaps by a rule that this policy lacks."""
NOT_IN_THE_LOG: Final = (
    "tainted, after_reading: whether an address came from what somebody else wrote, and what an agent read",
    "opted_out, and of texts the price: what Telnyx would have told before a call",
    "new_country and night: the log has no more of a number than its first and last digits",
    "emergency and premium-rate numbers, for the same reason",
    "rules that the owner of an account laid down, policies in URLs and headers, and yeses that last",
)
"""What a replay cannot tell, since the log does not hold the contents of calls."""

Outcome = Literal["runs", "asks", "may ask", "is refused"]
WHAT_COMES: Final[Mapping[str, str]] = {
    "runs": "run",
    "asks": "would ask",
    "may ask": "may ask",
    "is refused": "would be refused",
}
"""Each outcome in words, for several calls."""


@dataclass(slots=True)
class Replayed:
    """The calls of one tool: how many have which outcome, and by which rules."""

    calls: Counter[Outcome] = field(default_factory=Counter)
    rules: Counter[tuple[Outcome, str]] = field(default_factory=Counter)

    def note(self, outcome: Outcome, rules: Iterable[str]) -> None:
        self.calls[outcome] += 1
        self.rules.update((outcome, rule) for rule in rules)

    def __str__(self) -> str:
        return ", ".join(self._in_words(outcome, count) for outcome, count in self.calls.most_common())

    def _in_words(self, outcome: Outcome, count: int) -> str:
        rules = [f"{rule} {n}" for (of, rule), n in self.rules.most_common() if of == outcome]
        return f"{count} {WHAT_COMES[outcome]}" + (f" ({', '.join(rules)})" if rules else "")


class Replay:
    """Runs records, oldest first, against a policy. Whom an account reached before the log begins is unknown."""

    def __init__(self, policy: Policy, registry: Registry) -> None:
        self._policy = policy
        self._registry = registry
        self._rules = Rules.of([policy])
        self._met: defaultdict[str, set[str]] = defaultdict(set)
        self._recent: defaultdict[str, dict[str, float]] = defaultdict(dict)

    def run(self, records: Iterable[Record]) -> dict[str, Replayed]:
        """The outcomes of the calls, by the name of the tool or operation."""
        found: defaultdict[str, Replayed] = defaultdict(Replayed)
        for record in attempts(list(records)):
            name = str(record.get("tool"))
            action = _action(name, self._registry)
            if action is None:
                found[name].note("may ask", ["no such tool in this version"])
            else:
                found[name].note(*self._outcome(action, record))
        return dict(found)

    def _outcome(self, action: Action, record: Record) -> tuple[Outcome, list[str]]:
        rule = ruling(action, self._registry, {"operator": self._policy})
        certain, unknown = self._unusual(action, record)
        if rule.word == "refuse":
            return "is refused", [rule.text]
        if rule.word == "ask":
            return "asks", [rule.text]
        if rule.word == "ask_when_unusual" and certain:
            return "asks", certain
        if rule.word == "ask_when_unusual" and unknown:
            return "may ask", unknown
        return "runs", []

    def _unusual(self, action: Action, record: Record) -> tuple[list[str], list[str]]:
        """The rules by which the call is unusual, and those that the log cannot decide. The recipients of a call that
        spends count as met from then on."""
        rules, who = self._rules, str(record.get("who"))
        targets: list[Mapping[str, Any]] = list(record.get("to", ()))
        new = [target for target in targets if str(target.get("id")) not in self._met[who]]
        phones = [target for target in targets if target.get("kind") == "phone"]
        unknown = [rule for rule in ("tainted", "after_reading") if getattr(rules, rule) and new]
        if action.effect is not Effect.SPENDS:
            return [], unknown
        if rules.new_country and any(target in new for target in phones):
            unknown.append("new_country")
        if rules.night and phones:
            unknown.append("night")
        unknown += _price_rules(rules, action)
        certain = ["recurring_price"] if rules.recurring_price and deeds_of(action) & RECURRING else []
        if rules.first_contact and new:
            certain.append("first_contact")
        if rules.recipients is not None and self._count_recent(who, targets, record) > rules.recipients:
            certain.append("recipients")
        self._met[who].update(str(target.get("id")) for target in targets)
        return certain, unknown

    def _count_recent(self, who: str, targets: Sequence[Mapping[str, Any]], record: Record) -> int:
        """The number of different recipients within ten minutes, with these; 0 if none of these is new."""
        now, recent = _seconds(record), self._recent[who]
        for known in [each for each, at in recent.items() if now - at >= RECENT_SECS]:
            del recent[known]
        before = len(recent)
        for target in targets:
            recent.setdefault(str(target.get("id")), now)
        unlisted = max(0, int(record.get("reached", 0)) - len(targets))
        return len(recent) + unlisted if len(recent) > before else 0


def attempts(records: Sequence[Record]) -> Iterator[Record]:
    """The calls that were wanted, each once. A stopped call that was made later with the same arguments counts as the
    later one."""
    made = {_same(record) for record in records if record.get("event") in MADE_EVENTS}
    kept_back: set[tuple[object, ...]] = set()
    for record in records:
        if record.get("event") in MADE_EVENTS:
            yield record
        elif record.get("event") == "refused" and _same(record) not in made | kept_back:
            kept_back.add(_same(record))
            yield record


def _price_rules(rules: Rules, action: Action) -> list[str]:
    """The price rules that are on, for an action whose price Telnyx is asked for in advance; else none."""
    told = not PRICED_IN_ADVANCE.isdisjoint(action.calls)
    on = {"price": rules.price is not None, "unknown_price": rules.unknown_price}
    return [name for name, is_on in on.items() if told and is_on]


def _same(record: Record) -> tuple[object, ...]:
    return tuple(record.get(name) for name in ("who", "grant", "tool", "arguments"))


def _action(name: str, registry: Registry) -> Action | None:
    if (tool := registry.find(name)) is not None:
        return tool
    from telnyx_tools.catalog.action import OperationAction  # takes a while, and a log may name tools alone
    from telnyx_tools.catalog.catalog import Catalog

    operation = Catalog.load().get(name)
    return OperationAction(operation) if operation is not None else None


def _seconds(record: Record) -> float:
    try:
        return datetime.fromisoformat(str(record.get("at"))).timestamp()
    except ValueError:
        return 0.0
