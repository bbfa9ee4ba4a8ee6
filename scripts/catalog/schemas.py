"""Converts the package's Python types to JSON schemas with the names that are sent. Objects share one table."""

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from os import PathLike
from types import NoneType, UnionType
from typing import IO, Annotated, Any, Literal, NotRequired, Required, Union, get_args, get_origin

import pydantic
from telnyx import _types
from telnyx._utils import PropertyInfo
from telnyx._utils._transform import get_type_hints
from typing_extensions import TypeAliasType, is_typeddict

Schema = dict[str, Any]

BINARY: Schema = {"type": "string", "format": "binary"}
_PRIMITIVES: dict[object, Schema] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    dt.datetime: {"type": "string", "format": "date-time"},
    dt.date: {"type": "string", "format": "date"},
    bytes: BINARY,
    object: {},
    Any: {},
    dict: {"type": "object"},
    list: {"type": "array"},
    bytearray: BINARY,
    IO[bytes]: BINARY,
    PathLike: BINARY,
}
_ARRAYS = (list, Iterable, Sequence, _types.SequenceNotStr)
_FILES = (_types.FileTypes, _types.FileContent, _types.Base64FileInput, _types.BinaryTypes)
_NAMES = {bool: "boolean", int: "integer", str: "string"}


def unwrap(annotation: object) -> tuple[object, PropertyInfo | None, bool]:
    """The type inside Required/Annotated, the name and format in which it is sent, and whether it is required."""
    info: PropertyInfo | None = None
    required = False
    while True:
        origin = get_origin(annotation)
        if origin is Required or origin is NotRequired:
            required = origin is Required
            annotation = get_args(annotation)[0]
        elif origin is Annotated:
            annotation, *notes = get_args(annotation)
            info = next((note for note in notes if isinstance(note, PropertyInfo)), info)
        elif isinstance(annotation, TypeAliasType):
            annotation = annotation.__value__
        else:
            return annotation, info, required


def is_union(annotation: object) -> bool:
    return get_origin(annotation) in (Union, UnionType)


def is_file(annotation: object) -> bool:
    return annotation in _FILES


def typed_dict_fields(kind: object) -> dict[str, tuple[str, object, bool]]:
    """Python key -> (key as sent, type, required) of a TypedDict of the package."""
    fields = {}
    for name, annotation in get_type_hints(kind, include_extras=True).items():
        inner, info, required = unwrap(annotation)
        fields[name] = ((info and info.alias) or name, inner, required)
    return fields


def is_open(kind: object) -> bool:
    """Whether a TypedDict or model of the package declares further keys of any name."""
    if is_typeddict(kind):
        return getattr(kind, "__extra_items__", None) not in (None, _no_extra_items())
    return "__pydantic_extra__" in vars(kind).get("__annotations__", {})


def _no_extra_items() -> object:
    from typing_extensions import NoExtraItems

    return NoExtraItems


class Types:
    """The table of object types found so far; equal types become one."""

    def __init__(self) -> None:
        self._numbers: dict[object, int] = {}
        self._schemas: list[Schema] = []

    def schema(self, annotation: object) -> Schema:
        """The schema of any type of the package; objects are `{"$ref": number}` into the table."""
        annotation, _, _ = unwrap(annotation)
        if is_file(annotation):
            return dict(BINARY)
        if get_origin(annotation) in (PathLike, tuple):
            return dict(BINARY)
        if annotation in (NoneType, None):
            return {"type": "null"}
        if is_union(annotation):
            return self._union(get_args(annotation))
        origin = get_origin(annotation)
        if origin is Literal:
            return _literal(get_args(annotation))
        if origin in _ARRAYS:
            return {"type": "array", "items": self.schema(get_args(annotation)[0])}
        if origin in (dict, Mapping):
            return {"type": "object", "additionalProperties": self.schema(get_args(annotation)[1])}
        if is_typeddict(annotation) or _is_model(annotation):
            return {"$ref": self._number(annotation)}
        return dict(_PRIMITIVES[annotation])

    def record(self, fields: Iterable[tuple[str, object, bool]], *, open_: bool = False) -> Schema:
        """The schema of an object with these (key as sent, type, required) fields."""
        properties: Schema = {}
        required = []
        for wire, annotation, needed in fields:
            properties[wire] = self.schema(annotation)
            if needed:
                required.append(wire)
        schema: Schema = {"type": "object", "properties": properties}
        if required:
            schema["required"] = required
        if open_:
            schema["additionalProperties"] = {}
        return schema

    def resolve(self, schema: Schema) -> Schema:
        return self._schemas[schema["$ref"]] if "$ref" in schema else schema

    def table(self) -> list[Schema]:
        return self._schemas

    def _number(self, kind: Any) -> int:
        if kind not in self._numbers:
            self._numbers[kind] = number = len(self._schemas)
            self._schemas.append({})
            self._schemas[number] = self.record(_fields(kind), open_=is_open(kind))
        return self._numbers[kind]

    def _union(self, members: Sequence[object]) -> Schema:
        schemas: list[Schema] = []
        for member in members:
            if member is _types.Omit:
                continue
            schema = self.schema(member)
            schemas += schema["anyOf"] if set(schema) == {"anyOf"} else [schema]
        nullable = {"type": "null"} in schemas
        schemas = _simplified(_distinct(s for s in schemas if s != {"type": "null"}))
        schema = schemas[0] if len(schemas) == 1 else {"anyOf": schemas}
        return {**schema, "nullable": True} if nullable and schema else schema


def _fields(kind: Any) -> Iterable[tuple[str, object, bool]]:
    if is_typeddict(kind):
        return typed_dict_fields(kind).values()
    kind.model_rebuild()
    return [(field.alias or name, field.annotation, field.is_required()) for name, field in kind.model_fields.items()]


def _is_model(annotation: object) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, pydantic.BaseModel)


def _literal(values: Sequence[object]) -> Schema:
    if {"last_month", "next_month"} <= set(values):
        return {"type": "string", "examples": [*values, "last_7_days"]}  # any last_N_days, says the documentation
    kinds = {type(value) for value in values}
    if len(kinds) == 1:
        return {"type": _NAMES[kinds.pop()], "enum": list(values)}
    return {"enum": list(values)}


def _distinct(schemas: Iterable[Schema]) -> list[Schema]:
    return list({json.dumps(schema, sort_keys=True): schema for schema in schemas}.values())


def _simplified(schemas: list[Schema]) -> list[Schema]:
    """The union in its simplest form: one open enum for "any string, usually one of these", and "anything" alone if it
    is a member."""
    if {} in schemas:
        return [{}]
    if {"type": "string"} in schemas:
        schemas = [schema for schema in schemas if schema != BINARY]
    if any(set(schema) == {"type", "format"} for schema in schemas):
        schemas = [schema for schema in schemas if schema != {"type": "string"}]
    enums = [s for s in schemas if set(s) == {"type", "enum"} and s["type"] == "string"]
    if {"type": "string"} not in schemas or not enums:
        return schemas
    known = [value for schema in enums for value in schema["enum"]]
    rest = [s for s in schemas if s != {"type": "string"} and s not in enums]
    return [{"type": "string", "examples": list(dict.fromkeys(known))}, *rest]
