"""Request bodies, built from the arguments that the caller gave."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from functools import cache
from typing import Annotated, Any, TypeAlias, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, model_validator

from telnyx_tools.argument_errors import InvalidArguments, Problem


class Omitted(Enum):
    """The value of an update's argument that the caller did not give."""

    OMITTED = "omitted"


OMITTED = Omitted.OMITTED


T = TypeVar("T")


Change: TypeAlias = T | Omitted | None
"""An argument of an update. If it is left out, the field stays as it is. None if the caller names it in `clear`."""


NewValue: TypeAlias = T | Omitted
"""Like `Change`, for a field that cannot be cleared."""


class MayBeEmpty:
    """Marks a text argument for which the empty text means something: `Annotated[str, MayBeEmpty()]`."""


class Given(BaseModel):
    """The base class of arguments and of objects inside them. Only members that were given go into the request body.

    Clients with strict function calling give every member, and null or an empty text for those that they do not set.
    Both count as not given. An empty text is kept if the member is required or `MayBeEmpty`.
    """

    model_config = ConfigDict(extra="forbid", defer_build=True)

    @model_validator(mode="before")
    @classmethod
    def _without_blanks(cls, raw: object) -> object:
        return without_blanks(cls, raw) if isinstance(raw, dict) else raw


def without_blanks(model: type[BaseModel], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the given members, without those that are null, or empty where the empty text means nothing."""
    emptiable = _emptiable(model)
    return {
        name: value
        for name, value in given.items()
        if name not in emptiable or not (value is None or (value == "" and emptiable[name]))
    }


@cache
def _emptiable(model: type[BaseModel]) -> dict[str, bool]:
    """The members of a model, each with whether an empty text counts as not given."""
    return {
        field.alias or name: not field.is_required()
        and not _may_be_empty(Annotated[field.annotation, None, *field.metadata])
        for name, field in model.model_fields.items()
    }


def _may_be_empty(part: Any) -> bool:
    """Return whether a type, or a part of it, is marked as `MayBeEmpty`."""
    marks = getattr(part, "__metadata__", ())
    return any(isinstance(mark, MayBeEmpty) for mark in marks) or any(map(_may_be_empty, get_args(part)))


def present(fields: Mapping[str, object]) -> dict[str, object]:
    """The body of a request: the fields that are not None."""
    return {name: _plain(value) for name, value in fields.items() if value is not None}


def changed(fields: Mapping[str, object]) -> dict[str, object]:
    """The body of an update: the values that the caller gave, null for fields to clear.

    Raises InvalidArguments if there is nothing to change.
    """
    given = {name: _plain(value) for name, value in fields.items() if value is not OMITTED}
    if not given:
        raise InvalidArguments([Problem("", f"Nothing to change; give at least one of: {', '.join(fields)}.")])
    return given


def require_at_most_one(**given: object) -> None:
    """Raises InvalidArguments if more than one of these arguments, which exclude each other, was given."""
    names = [name for name, value in given.items() if value is not None]
    if len(names) > 1:
        raise InvalidArguments([Problem(names[1], f"Give {' or '.join(names[:2])}, not both.")])


def require_one(**given: object) -> None:
    """Raises InvalidArguments unless exactly one of these arguments was given."""
    require_at_most_one(**given)
    if all(value is None for value in given.values()):
        raise InvalidArguments([Problem(next(iter(given)), f"Give {' or '.join(given)}.")])


def _plain(value: object) -> object:
    if isinstance(value, Given):
        return value.model_dump(mode="json", by_alias=True, exclude_unset=True)
    return [_plain(item) for item in value] if isinstance(value, list) else value
