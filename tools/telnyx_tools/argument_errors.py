"""Errors in the arguments of a call, with what would be valid."""

from __future__ import annotations

from dataclasses import dataclass

from telnyx_tools.api.errors import TelnyxError

MOST_PROBLEMS = 20
"""The most problems that one answer names."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem with one argument, and what would be valid."""

    argument: str
    problem: str


class InvalidArguments(TelnyxError):
    """The arguments do not fit the tool. `remedy` is the next step, if there is one."""

    def __init__(self, problems: list[Problem], remedy: str | None = None) -> None:
        super().__init__("invalid arguments")
        self.problems = problems
        self.remedy = remedy

    def describe(self) -> dict[str, object]:
        described: dict[str, object] = {
            "code": "invalid_arguments",
            "title": f"Invalid arguments; {self.so_far}",
            "problems": [{"argument": p.argument, "problem": p.problem} for p in self.problems],
        }
        return {**described, "remedy": self.remedy} if self.remedy else described
