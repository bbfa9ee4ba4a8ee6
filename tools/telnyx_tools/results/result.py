"""Results of tools: models with the fields that an agent needs, filled leniently from the API's answer."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import Any, Literal, Self, TypeVar, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, TypeAdapter, ValidationError
from pydantic_core import to_json, to_jsonable_python

from telnyx_tools.results.secret_fields import is_secret
from telnyx_tools.schema import compact

Detail = Literal["summary", "full"]
"""`summary`: the fields most tasks need. `full`: every field the API gave."""

BUDGET: dict[Detail, int] = {"summary": 8_000, "full": 40_000}
"""Bytes of JSON that the objects of one result may have (characters, for English texts)."""

LARGEST = 50_000
"""Characters of JSON that a whole result may have. A larger one is cut, whatever its source."""

REDACTED = "[redacted]"
_TOLD = {"field": ("from", "to"), "name": ("value",)}
"""Members that name what a member beside them holds: name of the member, and the members that it describes."""
_MOST_FIELDS = 500
"""The most undocumented fields of one object: an agent reads no more, and each takes time."""
_MOST_NAMED = 20


class Part(BaseModel):
    """An object inside a result. Every field is optional, unknown ones are kept for `detail="full"`."""

    model_config = ConfigDict(extra="allow", defer_build=True, coerce_numbers_to_str=True)


class Result(Part):
    """The result of a tool. Nulls are dropped when it is sent."""

    shape_warning: str | None = None
    """Set if the API answered with success but not as documented. The call took place."""

    def wire(self) -> dict[str, Any]:
        """The result as JSON values, without nulls."""
        return self.shown or self.model_dump(mode="json", exclude_none=True, by_alias=True)

    def wire_json(self) -> str:
        """The same, as compact JSON text."""
        return to_json(self.shown).decode() if self.shown else self.model_dump_json(exclude_none=True, by_alias=True)

    @property
    def shown(self) -> dict[str, Any] | None:
        """JSON values that are shown in place of the fields, if they were replaced."""
        return self.__dict__.get("_shown")

    def shown_as(self, wire: dict[str, Any]) -> Self:
        """The result, which is shown as these JSON values from now on."""
        self.__dict__["_shown"] = wire  # a private attribute would double the time to create each list item
        return self


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes to the agent beside the JSON of a result: audio and images as such, other files as a
    resource."""

    uri: str
    mime_type: str
    content: bytes


class Done(Result):
    """The result of a call to which the API answers nothing."""

    id: str | None = None
    done: str | None = Field(None, description="what was done")
    next_step: str | None = None


class AttachedResult(Result):
    """A result with files. Add them with `attach`."""

    _attachments: list[Attachment] = PrivateAttr(default_factory=list)

    @property
    def attachments(self) -> Sequence[Attachment]:
        return self._attachments

    def attach(self, attachment: Attachment) -> Self:
        self._attachments.append(attachment)
        return self


R = TypeVar("R", bound=Result)


def shape(model: type[R], answer: object, detail: Detail = "summary", also: Iterable[str] = ()) -> R:
    """The model filled from an API answer, `{"data": …}` or bare. Never fails, since a 2xx is a success whatever its
    body.

    Fields of an unexpected type move to `unshaped`, and `shape_warning` says so. If an object has very many fields,
    only the first are kept, and `left_out` says so. `also` names fields that are kept although the model does not have
    them: those that an update set.
    """
    raw = answer.get("data", answer) if isinstance(answer, dict) else answer
    if not isinstance(raw, dict):
        return marked(model, "its answer was not an object", raw)
    if len(raw) > _MOST_FIELDS:
        raw = _narrowed(raw, _names(model))
    if detail == "full":
        return _lenient(model, redacted(raw), "allow")
    result = _lenient(model, raw, "ignore")
    kept = {name: raw[name] for name in also if raw.get(name) is not None and name not in _names(model)}
    return result.model_copy(update=redacted(kept)) if kept else result


def measured(model: type[R], answer: object, detail: Detail = "summary") -> tuple[R, int]:
    """Like `shape`, with the size of the result in bytes of JSON. A result that is too large is cut."""
    result, text = fitted(shape(model, answer, detail))
    return result, len(text.encode("utf-8", "replace"))


def fitted(result: R) -> tuple[R, str]:
    """The result and its JSON text. If it is too large, its largest fields are removed, and `left_out` names them."""
    text = result.wire_json()
    if len(text) <= LARGEST:
        return result, text
    result = _without_the_largest(result, len(text) - LARGEST)
    return result, result.wire_json()


def shape_all(model: type[R], items: list[Any], detail: Detail) -> tuple[list[R], int] | None:
    """Shape all objects of a list at once, in half the time. Returns them and an upper bound of their bytes of JSON.

    None if an object is not as documented.
    """
    many = _list_of(model)
    try:
        if detail == "full":
            shaped: list[R] = many.validate_python(redacted(items), extra="allow")
        else:
            shaped = many.validate_python(items, extra="ignore")
    except ValidationError:
        return None
    return shaped, len(many.dump_json(shaped, exclude_none=True, by_alias=True))


@cache
def _list_of(model: type[R]) -> TypeAdapter[list[R]]:
    return TypeAdapter(list[model])  # type: ignore[valid-type] # a type that only the caller knows


def _lenient(model: type[R], raw: dict[str, Any], extra: Literal["allow", "ignore"]) -> R:
    try:
        return model.model_validate(raw, extra=extra)
    except ValidationError as error:
        odd = sorted({str(problem["loc"][0]) for problem in error.errors() if problem["loc"]})
    kept = {
        name: value for name, value in raw.items() if name not in odd and (extra == "allow" or name in _names(model))
    }
    problem = f"these fields were not as documented: {', '.join(odd)}"
    return marked(model, problem, {name: raw.get(name) for name in odd}, kept)


def _narrowed(raw: dict[str, Any], documented: set[str]) -> dict[str, Any]:
    """The object with its documented fields and the first of the others."""
    others = [name for name in raw if name not in documented]
    lost = dict.fromkeys(others[_MOST_FIELDS:], "one field of too many")
    kept = {name: value for name, value in raw.items() if name not in lost}
    return {**kept, "left_out": named(lost)} if lost else kept


def named(left_out: Mapping[str, str]) -> dict[str, str]:
    """The first of what was left out, and the number of the rest."""
    more = len(left_out) - _MOST_NAMED
    named = dict(islice(left_out.items(), _MOST_NAMED))
    return {**named, "…": f"{more:,} more"} if more > 0 else named


def _names(model: type[R]) -> set[str]:
    return {str(field.validation_alias or name) for name, field in model.model_fields.items()}


def marked(model: type[R], problem: str, unshaped: object, fields: Mapping[str, object] = {}) -> R:
    """The model of a successful answer that could not be shaped, with the beginning of what was unexpected."""
    warning = f"Telnyx carried the call out, but {problem}."
    return model.model_validate({**fields, "shape_warning": warning, "unshaped": _bounded(unshaped)}, extra="allow")


def unwrapped(answer: Any) -> Any:
    """The API's answer without the `{"data": …}` around it."""
    return answer.get("data", answer) if isinstance(answer, dict) else answer


def objects(answer: object) -> list[dict[str, Any]]:
    """The objects in a list that the API answered, `{"data": […]}` or bare. Items of other types are left out."""
    data = answer.get("data") if isinstance(answer, dict) else answer
    return [item for item in data if isinstance(item, dict)] if isinstance(data, list) else []


def redacted(value: Any, operation_id: str = "") -> Any:
    """The value with its secrets replaced. A secret is recognized by the name of its field.

    The changes in an audit event, and headers, have this name in a member beside the value.
    """
    if isinstance(value, dict):
        told = {name for beside in _TOLD if is_secret(str(value.get(beside, ""))) for name in _TOLD[beside]}

        def hides(name: str) -> bool:
            return name in told or is_secret(name, operation_id)

        return {k: REDACTED if v and hides(k) else redacted(v, operation_id) for k, v in value.items()}
    if isinstance(value, list):
        return [redacted(item, operation_id) for item in value]
    return value


def secret_texts(value: Any, operation_id: str = "", *, inside: bool = False) -> Iterator[str]:
    """The texts in a request that are secret by the names of their fields, or because they are `inside` such a
    field."""
    if isinstance(value, str):
        yield from [value] if inside else []
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from secret_texts(inner, operation_id, inside=inside or is_secret(name, operation_id))
    elif isinstance(value, list):
        for item in value:
            yield from secret_texts(item, operation_id, inside=inside)


def _bounded(value: object, limit: int = 2_000) -> object:
    """The JSON value itself if it is small, else the beginning of its text."""
    text = json.dumps(redacted(to_jsonable_python(value, fallback=str)), ensure_ascii=False)
    return json.loads(text) if len(text) <= limit else f"{text[:limit]}…"


def _without_the_largest(result: R, excess: int) -> R:
    fields = result.shown or result.model_dump(mode="json", exclude_none=True)
    sizes = {name: len(json.dumps(value, ensure_ascii=False)) for name, value in fields.items()}
    left_out: dict[str, str] = {}
    for name in sorted(sizes, key=sizes.__getitem__, reverse=True):
        if excess <= 0:
            break
        excess -= sizes[name]
        left_out[name] = f"{sizes[name]:,} characters"
    if result.shown is not None:
        kept = {name: value for name, value in fields.items() if name not in left_out}
        return result.model_copy().shown_as({**kept, "left_out": named(left_out)})
    return result.model_copy(update={**dict.fromkeys(left_out), "left_out": named(left_out)})


def output_schema(function: Callable[..., object]) -> dict[str, Any]:
    """The schema of the function's result: an open object without required fields, since results are lenient."""
    return compact(_open(result_type(function).model_json_schema(mode="serialization", by_alias=True)))


def result_type(function: Callable[..., object]) -> type[Result]:
    """The model that a tool's function returns."""
    found: type[Result] = get_type_hints(function)["return"]
    return found


def _open(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: _open(value) for key, value in node.items() if key != "required" or isinstance(value, dict)}
    if isinstance(node, list):
        return [_open(value) for value in node]
    return node
