"""Bodies of requests, made of the arguments that were given."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from functools import cache
from typing import Annotated, Any, TypeAlias, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, model_validator

from telnyx_tools.argument_errors import InvalidArguments, Problem


class Omitted(Enum):
    """The value of an argument of an update that the caller did not give."""

    OMITTED = "omitted"


OMITTED = Omitted.OMITTED


T = TypeVar("T")


Change: TypeAlias = T | Omitted | None
"""An argument of an update: left out, the field stays as it is; None where the caller names it in `clear`."""


NewValue: TypeAlias = T | Omitted
"""As `Change`, of a field that cannot be cleared."""


class MayBeEmpty:
    """Marks a text of which an empty one means something, as `Annotated[str, MayBeEmpty()]`."""


class Given(BaseModel):
    """The base of arguments, and of objects inside them; the body of the request gets the members that were given.

    Clients of strict function calling give every member, those that they do not set as null or as an empty text: both
    are as if absent. A text stays that is required or `MayBeEmpty`.
    """

    model_config = ConfigDict(extra="forbid", defer_build=True)

    @model_validator(mode="before")
    @classmethod
    def _without_blanks(cls, raw: object) -> object:
        return without_blanks(cls, raw) if isinstance(raw, dict) else raw


def without_blanks(model: type[BaseModel], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the given value without the members of the model that are null, or empty where that means nothing."""
    emptiable = _emptiable(model)
    return {
        name: value
        for name, value in given.items()
        if name not in emptiable or not (value is None or (value == "" and emptiable[name]))
    }


@cache
def _emptiable(model: type[BaseModel]) -> dict[str, bool]:
    """The members of a model, and whether an empty text given for each means nothing."""
    return {
        field.alias or name: not field.is_required()
        and not _may_be_empty(Annotated[field.annotation, None, *field.metadata])
        for name, field in model.model_fields.items()
    }


def _may_be_empty(part: Any) -> bool:
    """Return whether a type, or one that it is made of, is marked."""
    marks = getattr(part, "__metadata__", ())
    return any(isinstance(mark, MayBeEmpty) for mark in marks) or any(map(_may_be_empty, get_args(part)))


def present(fields: Mapping[str, object]) -> dict[str, object]:
    """The body of a request: what was given, without nulls."""
    return {name: _plain(value) for name, value in fields.items() if value is not None}


def changed(fields: Mapping[str, object]) -> dict[str, object]:
    """The body of an update: what the caller gave, null for what it clears.

    Raises InvalidArguments if that is nothing.
    """
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
