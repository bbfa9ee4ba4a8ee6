"""`From`: the tools that give the value of an argument, stated in the argument's type."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, get_args, get_origin

_JsonSchema = dict[str, Any]


class From:
    """The source of an argument's value. The argument's description and the remedies for wrong ids are made from it.

    `sources` are names of tools, or words for another source, such as "an event". `what` says what the value is, `note`
    what else there is to know. The description reads "`what`, from `sources`; `note`".
    """

    def __init__(self, *sources: str, what: str = "", note: str = "") -> None:
        self.sources = sources
        *most, last = sources
        listed = f"{', '.join(most)} or {last}" if most else last
        self.origin = f"from {listed}"
        self.description = f"{f'{what}, ' if what else ''}{self.origin}{f'; {note}' if note else ''}"

    @property
    def tools(self) -> tuple[str, ...]:
        return tuple(source for source in self.sources if " " not in source)

    def __get_pydantic_json_schema__(self, schema: Any, handler: Callable[[Any], _JsonSchema]) -> _JsonSchema:
        return {**handler(schema), "description": self.description}


def source_of(annotation: object) -> From | None:
    """The `From` of an argument's type, the outermost if there are several; None if there is none."""
    if get_origin(annotation) is Annotated:
        inner, *metadata = get_args(annotation)
        stated = [each for each in metadata if isinstance(each, From)]
        return stated[-1] if stated else source_of(inner)
    sources = (source_of(part) for part in get_args(annotation))
    return next((source for source in sources if source is not None), None)
