"""The client of a call: the program that the agent runs in, as far as it told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import mcp_types as types
from mcp_types.version import MODERN_PROTOCOL_VERSIONS

Form = Literal["form", "url"]


@dataclass(frozen=True, slots=True)
class Client:
    """Name and version as the client gave them, empty where it did not, and what it declared that it can do.

    `agent` is the id by which it tells one of its agents from the others, empty where it names none.
    """

    protocol_version: str
    name: str = ""
    version: str = ""
    capabilities: types.ClientCapabilities | None = None
    agent: str = ""

    @property
    def is_modern(self) -> bool:
        """Return whether it speaks 2026-07-28 or newer, where a question is an answer and the call is made again."""
        return self.protocol_version in MODERN_PROTOCOL_VERSIONS

    @property
    def forms(self) -> frozenset[Form]:
        """The ways in which it can ask its person. An empty `elicitation` means forms, as in 2025-06-18."""
        declared = self.capabilities.elicitation if self.capabilities is not None else None
        if declared is None:
            return frozenset()
        if declared.form is None and declared.url is None:
            return frozenset({"form"})
        found: dict[Form, bool] = {"form": declared.form is not None, "url": declared.url is not None}
        return frozenset(form for form, has in found.items() if has)
