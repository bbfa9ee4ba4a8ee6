"""Selections: what a request, the operator or a grant asks to see of the tools."""

from __future__ import annotations

import difflib
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final, Literal

Name = Literal["default", "full", "compact"]


SURFACES: tuple[Name, ...] = ("default", "full", "compact")


class BadSelection(ValueError):
    """A request (or a flag) selects tools in a way that cannot be meant. Its text says what is valid."""


class UnknownChoice(BadSelection):
    """A name that does not exist."""

    def __init__(self, what: str, given: str, valid: Collection[str]) -> None:
        close = difflib.get_close_matches(given, valid, n=1)
        hint = f" Did you mean {close[0]}?" if close else ""
        super().__init__(f"Unknown {what} '{given[:80]}'.{hint} Valid: {', '.join(valid)}.")


@dataclass(frozen=True)
class Selection:
    """The selection of tools that a caller asks to see. Nothing asked is the default surface."""

    slug: str | None = None
    surface: Name | None = None
    groups: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()
    exclude_tools: tuple[str, ...] = ()
    read_only: bool = False
    policy: tuple[tuple[str, str], ...] = ()
    """What is to happen to the calls of an effect, a group or a tool, as ("spends", "ask"): stricter than it would."""


EVERYTHING: Final = Selection()
