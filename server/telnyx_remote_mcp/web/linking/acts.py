"""Acts: the calls of agents as the pages show them, made of the records of the audit log."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Final

from telnyx_remote_mcp.audit.reader import Record
from telnyx_remote_mcp.web.linking.summary import minute
from telnyx_tools.results.visible import visible

EFFECTS: Final[Mapping[object, str]] = {
    "read": "looks",
    "write": "changes something",
    "destroy": "deletes something",
    "spends": "spends money or reaches people",
}
_KEPT_BACK: Final[Mapping[object, str]] = {
    "approval_required": "You were asked first",
    "quota_exceeded": "Kept back by a limit",
    "not_permitted": "You did not allow it",
    "duplicate": "Answered with the result of the same call before",
    "preview": "Shown to the agent, nothing was sent",
}
_AGREED: Final[Mapping[object, str]] = {
    "form": "you said yes in the client",
    "page": "you said yes on the page of this server",
    "text": "you said yes by a text",
    "word": "the agent said that you agreed, which a policy takes for a yes",
    "hour": "you had allowed this tool for an hour",
    "destination": "you had allowed this destination",
}
_ENDED: Final[Mapping[object, str]] = {"done": "Done", "unknown": "Nobody knows whether it took place"}


@dataclass(frozen=True, slots=True)
class Act:
    """A call of an agent as the page shows it. `agent` names its connection, or the client that used the API key."""

    at: str
    when: str
    agent: str
    tool: str
    effect: str
    targets: list[str]
    about: list[str]
    outcome: str
    asked: str
    cost: str | None
    receipt: str


@dataclass(slots=True)
class Tally:
    """The totals of one agent's calls."""

    done: int = 0
    looked: int = 0
    kept_back: int = 0
    failed: int = 0
    unknown: int = 0
    costs: dict[str, Decimal] = field(default_factory=dict)
    """By currency."""

    def add(self, record: Record) -> None:
        self.kept_back += record.get("event") == "refused"
        self.failed += record.get("outcome") == "failed"
        self.unknown += record.get("outcome") == "unknown"
        if record.get("outcome") == "done":
            self.looked += record.get("effect") == "read"
            self.done += record.get("effect") != "read"
        amount, _, currency = str(record.get("cost", "")).partition(" ")
        with suppress(InvalidOperation):
            self.costs[currency] = self.costs.get(currency, Decimal(0)) + Decimal(amount)


def merged(records: Iterable[Record]) -> Iterator[Record]:
    """Merge the records of each call into one: its start, with the outcome from its end.

    The records come newest first, so that the end of a call comes before its start.
    """
    ends: dict[str, Record] = {}
    for record in records:
        match record.get("event"):
            case "end":
                ends[str(record.get("start"))] = record
            case "start":
                end = ends.pop(str(record["id"]), {"outcome": "unknown"})
                yield {**record, **{name: end[name] for name in ("outcome", "error", "cost", "ms") if name in end}}
            case _:
                yield record


def agent_of(record: Record) -> tuple[str, str]:
    """The key of the agent that made a call: the id of its connection, or "" and the name that the client gave."""
    grant = str(record.get("grant", ""))
    return (grant, "") if grant else ("", visible(str(record.get("client", ""))))


def act(record: Record, agent: str) -> Act:
    """A call as the page shows it."""
    targets = [str(target.get("masked")) for target in record.get("to", ())]
    more = int(record.get("reached", 0)) - len(targets)
    return Act(
        at=str(record.get("at")),
        when=_when(str(record.get("at"))),
        agent=f"{agent}, {record['agent']}" if "agent" in record else agent,
        tool=str(record.get("tool")),
        effect=EFFECTS.get(record.get("effect"), ""),
        targets=[*targets, f"{more} more"] if more > 0 else targets,
        about=[f"{name} {value}" for name, value in record.get("ids", {}).items()],
        outcome=_outcome(record),
        asked=_asked(record),
        cost=record.get("cost"),
        receipt=str(record.get("id")),
    )


def _outcome(record: Record) -> str:
    if record.get("event") in ("refused", "answered"):
        why = ", ".join(_words(rule) for rule in record.get("why", ()))
        text = _KEPT_BACK.get(record.get("rule"), f"Refused: {_words(record.get('rule'))}")
        if why == "denied":
            return "You said no"
        return f"{text}: {why}" if why else text
    if record.get("outcome") == "failed":
        return f"Failed: {_words(record.get('error'))}"
    return _ENDED.get(record.get("outcome"), "")


def _asked(record: Record) -> str:
    """By which rules the person was asked, and how they agreed; "" where they were not."""
    if "approved" not in record:
        return ""
    rules = ", ".join(_words(rule) for rule in record.get("asked", ()))
    return f"{rules}; {_AGREED.get(record['approved'], '')}"


def _words(name: object) -> str:
    return str(name).replace("_", " ")


def _when(at: str) -> str:
    try:
        return minute(int(datetime.fromisoformat(at).timestamp()))
    except ValueError:
        return at
