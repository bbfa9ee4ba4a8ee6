"""The client of a call: the program that the agent runs in, as far as it told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import mcp_types as types
from mcp_types.version import MODERN_PROTOCOL_VERSIONS

Form = Literal["form", "url"]


@dataclass(frozen=True, slots=True)
class Client:
    """Name and version as the client gave them, empty where it did not; `forms` are the ways it can ask its person."""

    protocol_version: str
    name: str = ""
    version: str = ""
    forms: frozenset[Form] = frozenset()

    @property
    def is_modern(self) -> bool:
        """Whether it speaks 2026-07-28 or newer, where a question is an answer and the call is made again."""
        return self.protocol_version in MODERN_PROTOCOL_VERSIONS


def forms(capabilities: types.ClientCapabilities | None) -> frozenset[Form]:
    """The ways of asking that a client declared. An empty `elicitation` means forms, as in 2025-06-18."""
    declared = capabilities.elicitation if capabilities is not None else None
    if declared is None:
        return frozenset()
    if declared.form is None and declared.url is None:
        return frozenset({"form"})
    found: dict[Form, bool] = {"form": declared.form is not None, "url": declared.url is not None}
    return frozenset(form for form, has in found.items() if has)
