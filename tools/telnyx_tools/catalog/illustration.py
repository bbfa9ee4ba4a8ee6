"""The example that a description shows: what an operation requires, or one thing that an update may change."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from telnyx_tools.catalog.example import UNKNOWN, Arguments, maximal, minimal
from telnyx_tools.catalog.operation import Operation

_TELLING = ("name", "_name", "text", "title", "description", "label", "tags", "webhook_url", "status")
"""Ends of the names of what is best shown of an update, the best first."""


def illustrate(operation: Operation) -> Arguments:
    """Arguments that are valid and do no harm where somebody sends them as they are but for the ids."""
    arguments = minimal(operation)
    told = _told()["operations"].get(operation.id, {})
    for part in ("path", "query", "headers", "body"):
        value = _merged(getattr(arguments, part), told.get(part))
        if part == "body" and not value and operation.method in {"PATCH", "PUT"}:
            value = _one_thing(operation) or value
        setattr(arguments, part, _named(value, "", operation.group))
    return arguments


def _one_thing(operation: Operation) -> dict[str, Any]:
    body = maximal(operation).body
    if not isinstance(body, dict):
        return {}
    harmless = [name for name in body if not operation.sensitive_in({name: body[name]})]
    plain = [name for name in harmless if isinstance(body[name], str | int) and not isinstance(body[name], bool)]
    told = (name for end in _TELLING for name in harmless if name.endswith(end))
    chosen = next(told, next(iter(plain or harmless), None))
    return {} if chosen is None else {chosen: body[chosen]}


def _named(value: Any, name: str, group: str) -> Any:
    """A value in which everything that has no telling content gets that of its name."""
    if isinstance(value, dict):
        return {key: _named(inner, key, group) for key, inner in value.items()}
    if isinstance(value, list):
        return [_named(inner, name, group) for inner in value]
    of_group = _told()["groups"].get(group, {})
    if isinstance(value, str) and name in of_group and "@" not in value:
        return of_group[name]
    return _value(name) if value == UNKNOWN else value


def _value(name: str) -> str:
    names: Mapping[str, str] = _told()["names"]
    ends = (text for end, text in names.items() if name.endswith((f"_{end}", f"{end}s")))
    return names.get(name) or next(ends, UNKNOWN)


def _merged(value: Any, told: Any) -> Any:
    return {**(value or {}), **told} if told else value


@cache
def _told() -> Mapping[str, Any]:
    return tomllib.loads(files(__package__).joinpath("examples.toml").read_text(encoding="utf-8"))
