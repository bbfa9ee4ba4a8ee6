"""The question that a person is asked about a call, in plain words."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from telnyx_remote_mcp.guardrails.approvals import Approval, Extent
from telnyx_tools.results.visible import visible

EXTENTS: Final[Mapping[Extent, str]] = {
    "once": "Yes, once",
    "hour": "Yes, this tool for an hour",
    "destination": "Yes, and this destination from now on",
}
_LONGEST_LINE: Final = 300
_LONGEST_NAME: Final = 60


def question_text(approval: Approval) -> str:
    """What would be done, with which arguments, and why the person is asked."""
    costs = [f"It costs: {approval.price}"] if approval.price is not None else []
    return "\n".join([f"{agent(approval)} wants to {deed(approval)}:", *_lines(approval), *costs, *_why(approval)])


def agent(approval: Approval) -> str:
    """The client's own name, else "An agent"."""
    return _plain(approval.client)[:_LONGEST_NAME] or "An agent"


def deed(approval: Approval) -> str:
    """The name of the action, as words."""
    return approval.action.replace("_", " ").replace(".", " ")


def arguments(approval: Approval) -> Iterator[tuple[str, str]]:
    """Every argument with its name, as text. Values inside an object are named by their path."""
    yield from _flat(approval.arguments, "")


def form(approval: Approval) -> Mapping[str, Any]:
    """The form for the client, which asks what a yes covers. Declining the form means no."""
    answers = [words for extent, words in EXTENTS.items() if extent != "destination" or approval.addresses]
    answer = {"type": "string", "title": "Your answer", "enum": answers, "default": answers[0]}
    return {"type": "object", "properties": {"answer": answer}, "required": ["answer"]}


def _lines(approval: Approval) -> list[str]:
    lines = (f"  {name}: {_plain(value)}" for name, value in arguments(approval))
    return [line if len(line) <= _LONGEST_LINE else f"{line[:_LONGEST_LINE]}…" for line in lines]


def _why(approval: Approval) -> list[str]:
    return [f"You are asked because: {reason.text} ({reason.rule})" for reason in approval.reasons]


def _flat(value: object, name: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _flat(item, f"{name}.{key}" if name and name != "body" else str(key))
    elif isinstance(value, list) and all(isinstance(item, str) for item in value):
        yield visible(name), visible(", ".join(value))
    else:
        yield visible(name), visible(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))


def _plain(text: str) -> str:
    """The text on one line, without invisible characters, so that an agent cannot add lines to a question."""
    return " ".join(visible(text).split())
