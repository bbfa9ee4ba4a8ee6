"""The operator's policy as a TOML file, read at the start. Errors in it are reported with their line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Collection, Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from telnyx_remote_mcp.surface.policy import Policy
from telnyx_tools.registry import Registry


class PolicyFileError(ValueError):
    """The policy cannot be used; the text has one line for each error."""


def load(path: Path, registry: Registry) -> Policy:
    """The policy in a file. Raises PolicyFileError if it cannot be read or names something that does not exist."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PolicyFileError(f"{path}: cannot be read ({type(error).__name__})") from None
    try:
        policy = Policy.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise PolicyFileError(f"{path}: {error}") from None
    except ValidationError as error:
        found = [(_place(problem["loc"]), problem["msg"]) for problem in error.errors()]
        raise PolicyFileError(_told(path, text, found)) from None
    if unknown := [*_unknown(policy, registry)]:
        raise PolicyFileError(_told(path, text, unknown))
    return policy


Place = tuple[str, str]
"""A table and a key in it; either may be empty."""


def _place(location: tuple[int | str, ...]) -> Place:
    table, key, *_ = (*map(str, location), "", "")
    return (table, key)


def _unknown(policy: Policy, registry: Registry) -> Iterator[tuple[Place, str]]:
    from telnyx_tools.catalog.catalog import Catalog  # takes a while, and most servers have no policy

    catalog = Catalog.load()
    groups = {*registry.groups, *(operation.group for operation in catalog.values())}
    for group in policy.groups:
        if group not in groups:
            yield ("groups", group), f"there is no group {group}{_close(group, groups)}"
    for name in policy.tools:
        if registry.find(name) is None and name not in catalog:
            yield ("tools", name), f"there is no tool or operation {name}{_close(name, [*registry.tools, *catalog])}"


def _close(name: str, valid: Collection[str]) -> str:
    close = get_close_matches(name, valid, n=1)
    return f"; did you mean {close[0]}?" if close else ""


def _told(path: Path, text: str, found: list[tuple[Place, str]]) -> str:
    line_of = _lines(text)
    return "\n".join(f"{path}, line {line_of(place)}: {_dotted(place)}: {problem}" for place, problem in found)


def _dotted(place: Place) -> str:
    return ".".join(part for part in place if part)


def _lines(text: str) -> Callable[[Place], int]:
    """Return a function that finds the line of a place: that of its key, else of its table, else the first line."""
    lines: dict[Place, int] = {}
    table = ""
    for number, line in enumerate(text.splitlines(), 1):
        if header := re.match(r"\s*\[\s*\"?([^\"\]]+?)\"?\s*\]", line):
            table = header[1]
            lines.setdefault((table, ""), number)
        elif key := re.match(r"\s*(?:\"([^\"]+)\"|'([^']+)'|([\w.-]+))\s*=", line):
            name = next(part for part in key.groups() if part)
            lines.setdefault((table, name) if table else (name, ""), number)
    return lambda place: lines.get(place) or lines.get((place[0], "")) or 1


def explained(policy: Policy) -> dict[str, Any]:
    """The settings of the policy, without those left at the defaults."""
    return policy.model_dump(mode="json", exclude_defaults=True)
