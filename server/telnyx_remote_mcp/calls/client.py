"""The client of a call: the program that the agent runs in, as it describes itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import mcp_types as types
from mcp_types.version import MODERN_PROTOCOL_VERSIONS

Form = Literal["form", "url"]


@dataclass(frozen=True, slots=True)
class Client:
    """A client's name and version, empty if it gave none, and the capabilities that it declared.

    `agent` is the id by which it distinguishes its agents, empty if it gives none.
    """

    protocol_version: str
    name: str = ""
    version: str = ""
    capabilities: types.ClientCapabilities | None = None
    agent: str = ""

    @property
    def is_modern(self) -> bool:
        """Return whether it speaks 2026-07-28 or newer: there a question is a result, and the client calls again."""
        return self.protocol_version in MODERN_PROTOCOL_VERSIONS

    @property
    def forms(self) -> frozenset[Form]:
        """The ways in which it can ask the person. An empty `elicitation` means forms, as in 2025-06-18."""
        declared = self.capabilities.elicitation if self.capabilities is not None else None
        if declared is None:
            return frozenset()
        if declared.form is None and declared.url is None:
            return frozenset({"form"})
        found: dict[Form, bool] = {"form": declared.form is not None, "url": declared.url is not None}
        return frozenset(form for form, has in found.items() if has)
