"""Bodies of requests, made of the arguments that were given."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import TypeAlias, TypeVar

from pydantic import BaseModel, ConfigDict

from telnyx_tools.argument_errors import InvalidArguments, Problem


class Omitted(Enum):
    """The value of an argument of an update that the caller did not give."""

    OMITTED = "omitted"


OMITTED = Omitted.OMITTED


T = TypeVar("T")


Change: TypeAlias = T | Omitted | None
"""An argument of an update: left out, the field stays as it is; null clears it."""


NewValue: TypeAlias = T | Omitted
"""As `Change`, of a field that cannot be cleared."""


class Given(BaseModel):
    """The base of objects inside the arguments; the body of the request gets the members that were given."""

    model_config = ConfigDict(extra="forbid", defer_build=True)


def present(fields: Mapping[str, object]) -> dict[str, object]:
    """The body of a request: what was given, without nulls."""
    return {name: _plain(value) for name, value in fields.items() if value is not None}


def changed(fields: Mapping[str, object]) -> dict[str, object]:
    """The body of an update: what the caller gave, nulls included. Raises InvalidArguments if that is nothing."""
    given = {name: _plain(value) for name, value in fields.items() if value is not OMITTED}
    if not given:
        raise InvalidArguments([Problem("", f"Nothing to change; give at least one of: {', '.join(fields)}.")])
    return given


def require_at_most_one(**given: object) -> None:
    """Raises InvalidArguments where arguments that exclude each other were given."""
    names = [name for name, value in given.items() if value is not None]
    if len(names) > 1:
        raise InvalidArguments([Problem(names[1], f"Give {' or '.join(names[:2])}, not both.")])


def require_one(**given: object) -> None:
    """Raises InvalidArguments unless exactly one of them was given."""
    require_at_most_one(**given)
    if all(value is None for value in given.values()):
        raise InvalidArguments([Problem(next(iter(given)), f"Give {' or '.join(given)}.")])


def _plain(value: object) -> object:
    if isinstance(value, Given):
        return value.model_dump(mode="json", by_alias=True, exclude_unset=True)
    return [_plain(item) for item in value] if isinstance(value, list) else value
