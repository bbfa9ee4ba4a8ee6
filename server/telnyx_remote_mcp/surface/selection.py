"""Selections: which tools a request, the operator or a grant asks for."""

from __future__ import annotations

import difflib
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final, Literal

Name = Literal["default", "full", "compact"]


SURFACES: tuple[Name, ...] = ("default", "full", "compact")


class BadSelection(ValueError):
    """A request or a flag selects tools in an invalid way. The text says what is valid."""


class UnknownChoice(BadSelection):
    """The selection has a name that does not exist."""

    def __init__(self, what: str, given: str, valid: Collection[str]) -> None:
        close = difflib.get_close_matches(given, valid, n=1)
        hint = f" Did you mean {close[0]}?" if close else ""
        super().__init__(f"Unknown {what} '{given[:80]}'.{hint} Valid: {', '.join(valid)}.")


@dataclass(frozen=True)
class Selection:
    """The tools that a caller asks for. An empty selection is the default surface."""

    slug: str | None = None
    surface: Name | None = None
    groups: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()
    exclude_tools: tuple[str, ...] = ()
    read_only: bool = False
    policy: tuple[tuple[str, str], ...] = ()
    """Stricter rules for calls of an effect, a group or a tool, as pairs such as ("spends", "ask")."""


EVERYTHING: Final = Selection()
