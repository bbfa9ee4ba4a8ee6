"""The arguments of a tool: read from its signature, validated, and described as a compact JSON schema."""

from __future__ import annotations

import difflib
import inspect
import json
import types
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel, Field, ValidationError, create_model

from telnyx_tools.api.errors import ApiError, InvalidArgument
from telnyx_tools.api.values import MOST_VALUES, values_in
from telnyx_tools.argument_errors import MOST_PROBLEMS, InvalidArguments, Problem
from telnyx_tools.dialect import problems
from telnyx_tools.results.result import Result
from telnyx_tools.schema import compact, kinds, members
from telnyx_tools.tool.bodies import OMITTED, Given, Omitted, without_blanks
from telnyx_tools.tool.context import Context, context_fields
from telnyx_tools.tool.secret_text import secret_places
from telnyx_tools.tool.source import From, source_of
from telnyx_tools.tool.written import LOST, lost_digits

MOST_MEMBERS = 200
"""The most arguments that are looked at. No tool takes as many: if more are given, one of the first ones is unknown."""
_MOST_ERRORS = 2_000
"""The most errors that are looked at: reading more of them from pydantic takes longer than the validation."""
_CLEAR = "clear"
"""The argument of an update that names the fields to clear."""
_LONGEST_ID = 1_000
_HALF = "It holds half of a surrogate pair; it is not valid text."
_LONGEST_NAME = 64
"""The longest name to which a similar valid one is suggested."""

_ALTERNATIVES = ("function-", "constrained-", "list[", "literal[")

_WRONG_ID = frozenset({"10005", "10006", "10013", "10017", "10022", "http_404"})
"""Telnyx's codes for an id that does not exist. They do not say which id it was."""


@dataclass(frozen=True, eq=False)
class Arguments:
    """The arguments of a tool's function that the caller gives, and its parameters that the context fills."""

    fields: dict[str, Any]
    changes: Sequence[str]
    """The arguments of an update, each of which changes a field."""
    clearable: Sequence[str]
    """Those of `changes` whose field can be cleared."""
    injected: Mapping[str, str]
    """The parameters that are filled from the context, and the field of the context for each."""

    @classmethod
    def of(cls, function: Callable[..., object]) -> Arguments:
        hints = get_type_hints(function, include_extras=True)
        fields: dict[str, Any] = {}
        changes: list[str] = []
        clearable: list[str] = []
        injected = {}
        for name, parameter in inspect.signature(function).parameters.items():
            annotation, default = hints[name], parameter.default
            if (part := _context_field(annotation)) is not None:
                injected[name] = part
                continue
            if default is OMITTED:
                changes.append(name)
                if _takes_null(annotation):
                    clearable.append(name)
                fields[name] = (_value_of(annotation), Field(default_factory=lambda: OMITTED))
            else:
                fields[name] = (annotation, ... if default is inspect.Parameter.empty else default)
        if clearable:
            one = Literal.__getitem__(tuple(clearable))
            fields[_CLEAR] = (types.GenericAlias(list, one), Field([], description="fields to empty"))
        return cls(fields, changes, clearable, injected)

    def inject(self, context: Context) -> dict[str, object]:
        """The parts of the context that the function takes, by the names of its parameters."""
        return {name: getattr(context, part) for name, part in self.injected.items()}

    @cached_property
    def model(self) -> type[BaseModel]:
        return self._build()

    @cached_property
    def schema(self) -> dict[str, Any]:
        """The schema that a model reads. Raises ValueError if it is not in the dialect (`dialect`) that every model's
        API takes."""
        # Built from a model that is thrown away: most tools are only listed, never called, and validators are large.
        schema = compact(self._build().model_json_schema())
        if odd := problems(schema):
            raise ValueError("; ".join(odd))
        return schema

    def _build(self) -> type[BaseModel]:
        return create_model("Arguments", __base__=Given, **self.fields)

    def parse(self, arguments: Mapping[str, object]) -> dict[str, object]:
        """Validate what the agent sent. Raises InvalidArguments, which names the first invalid arguments."""
        if len(arguments) > MOST_MEMBERS:
            arguments = dict(islice(arguments.items(), MOST_MEMBERS))
        if broken := [name for name, value in arguments.items() if not _is_text(value)]:
            raise InvalidArguments([Problem(name, _HALF) for name in broken[:MOST_PROBLEMS]])
        try:
            model = self.model.model_validate(self._normal(arguments))
        except ValidationError as error:
            problems = self._problems(error)
            raise InvalidArguments(problems, self._next_step(problems)) from None
        return self._cleared({name: _own(value) for name, value in model.__dict__.items()})

    def _cleared(self, values: dict[str, Any]) -> dict[str, object]:
        """The arguments with None for each field that `clear` names. Raises InvalidArguments if such a field has a
        value too."""
        names: list[str] = values.pop(_CLEAR) if self.clearable else []
        if both := [name for name in names if values[name] is not OMITTED]:
            raise InvalidArguments([Problem(name, "Give a value or clear the field, not both.") for name in both])
        return {**values, **dict.fromkeys(names)}

    def with_changes(self, result: Result, given: Mapping[str, object]) -> Result:
        """The result of an update, with the names of the fields that it set and of those that it cleared."""
        values = {name: given[name] for name in self.changes if given.get(name, OMITTED) is not OMITTED}
        cleared = [name for name, value in values.items() if value is None]
        updated = [name for name in values if name not in cleared]
        named = {name: names for name, names in (("updated", updated), ("cleared", cleared)) if names}
        return result.model_copy(update=named) if named else result

    def given(self, arguments: Mapping[str, object], path: str) -> bool:
        """Return whether the parsed arguments have a value at the path, or clear the field there."""
        name, *inside = path.split(".")
        value = arguments.get(name, OMITTED)
        if value is OMITTED or (value is None and name not in self.clearable):
            return False
        return _is_set(value, inside)

    def refused(self, error: InvalidArgument, given: Mapping[str, object]) -> InvalidArguments:
        """The error of the API client, under the name that the argument has in this tool."""
        return InvalidArguments([Problem(_name_of(error, given), error.problem)])

    def remedy(self, error: ApiError, given: Mapping[str, object]) -> str | None:
        """Name the tools that list the given ids, if the error says that one of the ids does not exist."""
        if error.code not in _WRONG_ID:
            return None
        ids = {name: self._sources[name] for name, value in given.items() if name in self._sources and _given(value)}
        pointed = (error.items[0].pointer or "").rpartition("/")[2]
        named = ", ".join(f"{name} ({ids[name].origin})" for name in ([pointed] if pointed in ids else ids))
        return f"Check {named}: it may be mistyped, deleted, or belong to another account." if named else None

    def _next_step(self, problems: Sequence[Problem]) -> str | None:
        """Say which tool gives the value of the first of these arguments that has such a tool."""
        names = (problem.argument.split(".")[0] for problem in problems)
        found = next((name for name in names if name in self._sources and self._sources[name].tools), None)
        return f"Get {found} {self._sources[found].origin}." if found else None

    @cached_property
    def _sources(self) -> dict[str, From]:
        sources = {name: source_of(annotation) for name, (annotation, _) in self.fields.items()}
        return {name: source for name, source in sources.items() if source is not None}

    def _normal(self, arguments: Mapping[str, object]) -> dict[str, object]:
        """The arguments with lists and objects that came as JSON text, or as one item without a list, put right."""
        parser = _TextParser()
        return {
            name: self._structured(name, value, parser) if isinstance(value, str) else value
            for name, value in without_blanks(self.model, arguments).items()
        }

    @cached_property
    def _containers(self) -> Mapping[str, set[str]]:
        """The arguments that can only be lists or objects, and which of these each can be."""
        properties = self.schema["properties"].items()
        allowed = {name: kinds(schema) for name, schema in properties}
        return {name: found for name, found in allowed.items() if found and found <= {"array", "object"}}

    @cached_property
    def secrets(self) -> frozenset[str]:
        """The arguments that are a `SecretText`, and members that are, such as `voice_settings.api_key`."""
        places = (place for name, field in self.fields.items() for place in secret_places(field[0], name))
        return frozenset(places)

    def _structured(self, name: str, text: str, parser: _TextParser) -> object:
        """The value of a list or object argument that came as text: parsed if it is JSON, else the one item of a
        list."""
        allowed = self._containers.get(name)
        if allowed is None:
            return text
        if text.lstrip()[:1] in ("[", "{"):
            return parser.value(text)
        return [text] if allowed == {"array"} else text

    def _problems(self, error: ValidationError) -> list[Problem]:
        """One problem for each argument: where several types are allowed, pydantic reports an error for each of
        them."""
        if error.error_count() > _MOST_ERRORS:
            return [Problem("", f"More than {_MOST_ERRORS:,} values are not as the schema of this tool says.")]
        found = error.errors(include_url=False, include_context=False)
        first_of_each: dict[str, Any] = {}
        for each in found:
            first_of_each.setdefault(_dotted(each["loc"]), each)
        said: set[str] = set()
        return [self._problem(each, said) for each in islice(first_of_each.values(), MOST_PROBLEMS)]

    def _problem(self, error: Any, said: set[str]) -> Problem:
        """The problem, with a description of the expected value for the first problem of each argument."""
        location = error["loc"]
        if error["type"] == "extra_forbidden":
            return Problem(_dotted(location), _unknown(str(location[-1]), members(self.schema, location[:-1])))
        name = str(location[0]) if location else ""
        expected = self._expected(name) if name not in said else ""
        said.add(name)
        if error["type"] == "string_pattern_mismatch" and self._described(name):
            return Problem(_dotted(location), f"Not of this form.{expected}")
        return Problem(_dotted(location), f"{_worded(error)}.{expected}")

    def _expected(self, name: str) -> str:
        described = self._described(name)
        return f" Expected: {described}" if described else ""

    def _described(self, name: str) -> str:
        schema = self.schema["properties"].get(name, {})
        texts = (branch.get("description") for branch in (schema, *schema.get("anyOf", ())))
        return next((text for text in texts if text), "")


def _is_set(value: object, path: Sequence[str]) -> bool:
    """Return whether the caller gave the member at this path of an object."""
    if not path:
        return True
    if not isinstance(value, BaseModel) or path[0] not in value.model_fields_set:
        return False
    return _is_set(getattr(value, path[0]), path[1:])


def _is_text(value: object) -> bool:
    """Return whether all texts in a value can be encoded: JSON can hold lone surrogates, UTF-8 cannot."""
    try:
        json.dumps(value, ensure_ascii=False, default=str).encode()
    except UnicodeEncodeError:
        return False
    return True


def _context_field(annotation: object) -> str | None:
    """The field of the context for a parameter of this type; None for an argument that the caller gives."""
    return context_fields().get(annotation) if isinstance(annotation, type) else None


class _TextParser:
    """Parses JSON text inside arguments. A text is left as it is if it is not JSON, or has more values than a request
    may."""

    def __init__(self) -> None:
        self._left = MOST_VALUES

    def value(self, text: str) -> object:
        self._left -= values_in(text.encode("utf-8", "replace"))
        try:
            return json.loads(text) if self._left >= 0 else text
        except (ValueError, RecursionError):
            return text


def _worded(error: Any) -> str:
    """The error in words, without the names of Python classes."""
    message = str(error["msg"]).removeprefix("Value error, ")
    if error["type"] in ("model_type", "dict_type"):
        return "Give an object"
    if error["type"] == "string_type" and lost_digits(error["input"]):
        return LOST
    if error["type"] == "union_tag_not_found":
        return "Give an object with its type"
    if error["type"] == "union_tag_invalid":
        return f"Its type is one of: {message.rpartition(': ')[2]}"
    return message


def _unknown(name: str, valid: Collection[str]) -> str:
    close = difflib.get_close_matches(name, valid, n=1) if len(name) <= _LONGEST_NAME else []
    hint = f"Did you mean {close[0]}? " if close else ""
    return f"Unknown argument. {hint}Valid: {', '.join(valid) or 'none'}."


def _takes_null(annotation: Any) -> bool:
    if get_origin(annotation) is Annotated:
        return _takes_null(get_args(annotation)[0])
    return types.NoneType in get_args(annotation)


def _value_of(annotation: Any) -> Any:
    """The type of the values that an argument of an update takes."""
    if get_origin(annotation) is Annotated:
        inner, *metadata = get_args(annotation)
        return Annotated[_value_of(inner), *metadata]
    if get_origin(annotation) in (Union, types.UnionType):
        kept = [_value_of(branch) for branch in get_args(annotation) if branch not in (Omitted, types.NoneType)]
        return Union[tuple(kept)]  # noqa: UP007 - built at run time
    return annotation


def _own(value: object) -> object:
    """A copy of the value in which each text is an object of its own. JSON parsers share equal short texts, and
    `_name_of` tells texts apart by identity."""
    if isinstance(value, list):
        return [_copy(item) for item in value]
    return {name: _copy(item) for name, item in value.items()} if isinstance(value, dict) else _copy(value)


def _copy(value: object) -> object:
    return value[:1] + value[1:] if type(value) is str and len(value) <= _LONGEST_ID else value


def _name_of(error: InvalidArgument, given: Mapping[str, object]) -> str:
    """The argument that the refused value came from; the operation's name for it if that is not known."""
    for name, value in given.items() if error.value is not None else ():
        if isinstance(value, dict) and any(item is error.value for item in value.values()):
            return f"{name}.{error.argument}"
        if any(item is error.value for item in (value if isinstance(value, list) else [value])):
            return name
    return error.argument


def _given(value: object) -> bool:
    return value is not None and value is not OMITTED and value != []


def _dotted(location: tuple[int | str, ...]) -> str:
    """The path of an error in the arguments, without the parts that name a branch of a union."""
    return ".".join(str(part) for part in location if not str(part).startswith(_ALTERNATIVES))[:200]
