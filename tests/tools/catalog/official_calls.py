"""The arguments of a catalog operation as a call of the official package, checked against the package's types."""

import copy
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from types import NoneType
from typing import Any, Literal, get_args, get_origin

from scripts.catalog.official import Method, Recorded, Recorder
from scripts.catalog.operations import arguments, gathered, header_names, variants
from scripts.catalog.schemas import is_file, is_open, is_union, typed_dict_fields, unwrap
from telnyx import _types
from typing_extensions import is_typeddict

from telnyx_tools.catalog.example import Arguments

UNTRANSLATED = {"texml.accounts.calls.calls"}
"""Methods of the package that send Python names where the API documents wire names."""

_LISTS = (list, Iterable, Sequence, _types.SequenceNotStr)

_NOTHING = object()


class DoesNotFitError(Exception):
    """A value that the package's type does not allow."""


@dataclass
class Shape:
    """Where the arguments of a method of the package go."""

    gathered: dict[str, tuple[str, Any]]
    """Argument -> (wire key, type) of those that end up in the body or the query."""
    headers: dict[str, str]
    whole: str | None
    """The argument that is the whole body."""


def shape(recorder: Recorder, method: Method, placeholders: Iterable[str]) -> Shape:
    fields: dict[str, tuple[str, Any]] = {}
    for data, kind, _ in recorder.call(method.id, arguments(method)).transforms:
        for variant in variants(kind):
            for name in gathered(data, kind):
                if name in variant:
                    wire, annotation = variant[name][:2]
                    fields[name] = (wire, annotation | fields[name][1] if name in fields else annotation)
    left = [name for name in method.parameters if name not in {*placeholders, *fields}]
    headers = header_names(method, recorder, left)
    return Shape(fields, headers, next((name for name in left if name not in headers), None))


def call(recorder: Recorder, method: Method, shape: Shape, given: Arguments) -> Recorded:
    """Make the call through the package; raise DoesNotFitError where it would not type-check."""
    found = {name: python_value(method.hint(name), value) for name, value in given.path.items()}
    found |= {name: given.headers[header] for name, header in shape.headers.items() if header in given.headers}
    if shape.whole is not None and given.body is not None:
        translated = python_value(method.hint(shape.whole), given.body)
        found[shape.whole] = given.body if method.id in UNTRANSLATED else translated
    body = {} if shape.whole is not None or given.body is None else dict(given.body)
    query = copy.deepcopy(given.query)
    for name, (wire, annotation) in sorted(shape.gathered.items(), key=lambda item: -len(item[1][0])):
        value = body.pop(wire) if wire in body else _taken(query, re.findall(r"[^\[\]]+", wire))
        if value is not _NOTHING:
            found[name] = python_value(annotation, value)
    if body:
        raise DoesNotFitError(f"{method.id} has no argument for {sorted(body)}")
    return recorder.call(method.id, found)


def _taken(query: dict[str, Any], parts: Sequence[str]) -> object:
    """The value below `filter[name][contains]`, taken out together with the objects that it leaves empty."""
    name, *rest = parts
    if not rest or name not in query:
        return query.pop(name, _NOTHING)
    inner = query[name]
    taken = _taken(inner, rest) if isinstance(inner, dict) else _NOTHING
    if inner == {}:
        del query[name]
    return taken


def python_value(annotation: object, value: Any) -> Any:
    """The value with Python names for wire names."""
    annotation, _, _ = unwrap(annotation)
    origin = get_origin(annotation)
    if is_file(annotation) or annotation is bytes:
        return value.encode()
    if is_union(annotation):
        return _first_fitting(get_args(annotation), value)
    if is_typeddict(annotation):
        return _typed_dict(annotation, value)
    if origin in _LISTS:
        _expect(isinstance(value, list), annotation, value)
        return [python_value(get_args(annotation)[0], item) for item in value]
    if origin is dict:
        _expect(isinstance(value, dict), annotation, value)
        return {key: python_value(get_args(annotation)[1], item) for key, item in value.items()}
    _expect(_is_scalar_of(annotation, value), annotation, value)
    return value


def _is_scalar_of(annotation: Any, value: object) -> bool:
    if get_origin(annotation) is Literal:
        return value in get_args(annotation)
    if annotation in (None, NoneType):
        return value is None
    allowed = {float: (int, float), object: (type(value),)}.get(annotation, (annotation,))
    return type(value) in allowed


def _typed_dict(kind: object, value: Any) -> dict[str, Any]:
    _expect(isinstance(value, dict), kind, value)
    names = {wire: (name, inner) for name, (wire, inner, _) in typed_dict_fields(kind).items()}
    for wire, _, required in typed_dict_fields(kind).values():
        _expect(wire in value or not required, kind, f"without {wire}")
    translated = {}
    for wire, inner in value.items():
        _expect(wire in names or is_open(kind), kind, wire)
        name, annotation = names.get(wire, (wire, object))
        translated[name] = python_value(annotation, inner)
    return translated


def _first_fitting(members: Sequence[object], value: Any) -> Any:
    for member in members:
        try:
            return python_value(member, value)
        except (DoesNotFitError, AttributeError):
            continue
    raise DoesNotFitError(f"{value!r} is none of {members}")


def _expect(fits: bool, annotation: object, value: object) -> None:
    if not fits:
        raise DoesNotFitError(f"{value!r} is not {annotation}")
