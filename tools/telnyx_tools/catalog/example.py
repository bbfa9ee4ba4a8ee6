"""Made-up arguments and answers that are valid for an operation, always the same, without data of any person."""

from dataclasses import dataclass, field
from typing import Any

from telnyx_tools.catalog.operation import Operation, Schema

ITEMS = 3
"""The items of a made-up list."""

ID = "00000000-0000-4000-8000-000000000001"
UNKNOWN = "example"
"""The value of a text of which nothing is known."""
_DEPTH = 8
_BY_FORMAT = {"date-time": "2026-01-15T12:00:00Z", "date": "2026-01-15", "binary": "ZXhhbXBsZQ=="}
_BY_NAME = (
    # (ending of the name, value)
    ("phone_number", "+12025550123"),
    ("from", "+12025550123"),
    ("to", "+12025550124"),
    ("_url", "https://example.com/resource"),
    ("url", "https://example.com/resource"),
    ("email", "person@example.com"),
    ("country_code", "US"),
    ("_at", "2026-01-15T12:00:00Z"),
    ("currency", "USD"),
    ("amount", "1.00"),
)


@dataclass
class Arguments:
    """Arguments of one call; `query` is nested, `body` is None where none is sent."""

    path: dict[str, Any] = field(default_factory=dict)
    query: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, Any] = field(default_factory=dict)
    body: Any = None


def minimal(operation: Operation) -> Arguments:
    """Only the required arguments."""
    return _arguments(operation, full=False)


def maximal(operation: Operation, form: int = 0) -> Arguments:
    """Every parameter, at every level. Where a value may have several forms, `form` selects one."""
    return _arguments(operation, full=True, form=form)


def response(operation: Operation) -> Any:
    """An answer that is valid for the operation: an object, a list, a text, or None if it answers nothing."""
    if operation.reply != "json":
        return None if operation.reply == "none" else "example"
    sample = _Sample(operation, full=True, items=ITEMS)
    answer = sample.value(operation.response or {"type": "object"}, "data", 0)
    if operation.paging is not None:
        _close(answer, operation)
    return answer


def _arguments(operation: Operation, *, full: bool, form: int = 0) -> Arguments:
    sample = _Sample(operation, full=full, items=1, form=form)
    arguments = Arguments(
        path={name: sample.value(schema, name, 0) for name, schema in operation.path_params.items()},
        query=sample.value(operation.query, "query", 0),
        headers=sample.value(operation.headers, "headers", 0),
    )
    if operation.body is not None and (full or operation.body_required):
        arguments.body = sample.value(operation.body, "body", 0)
    return arguments


class _Sample:
    """Makes values from schemas. Recursive types are left out, or empty if they are required."""

    def __init__(self, operation: Operation, *, full: bool, items: int, form: int = 0) -> None:
        self._operation = operation
        self._form = form
        self._full = full
        self._items = items
        self._open: list[object] = []
        self._index = 0

    def value(self, schema: Schema, name: str, depth: int) -> Any:
        reference = schema.get("$ref")
        if reference is not None:
            self._open.append(reference)
        try:
            return self._value(self._operation.resolve(schema), name, depth)
        finally:
            if reference is not None:
                self._open.pop()

    def _value(self, schema: Schema, name: str, depth: int) -> Any:
        if "anyOf" in schema:
            return self.value(self._chosen(schema["anyOf"]), name, depth)
        if "enum" in schema:
            return schema["enum"][0]
        match schema.get("type"):
            case "object":
                return self._object(schema, depth)
            case "array":
                return self._array(schema, name, depth)
            case "integer":
                return 1
            case "number":
                return 1.5
            case "boolean":
                return True
            case "null":
                return None
        return self._text(schema, name)

    def _chosen(self, members: list[Schema]) -> Schema:
        possible = [member for member in members if member.get("$ref") not in self._open] or members
        return possible[self._form % len(possible)]

    def _object(self, schema: Schema, depth: int) -> dict[str, Any]:
        required = schema.get("required", ())
        further = schema.get("additionalProperties")
        if self._full and "properties" not in schema and further is not None and not self._closes(further, depth):
            return {"name": self.value(further, "name", depth + 1)}
        return {
            name: self.value(inner, name, depth + 1)
            for name, inner in schema.get("properties", {}).items()
            if name in required or (self._full and not self._closes(inner, depth))
        }

    def _array(self, schema: Schema, name: str, depth: int) -> list[Any]:
        inner = schema.get("items", {"type": "string"})
        if name == "errors" or self._closes(inner, depth):
            return []
        items = []
        for index in range(self._items if depth <= 1 else 1):
            self._index = index if depth <= 1 else self._index
            items.append(self.value(inner, name.removesuffix("s"), depth + 1))
        return items

    def _closes(self, schema: Schema, depth: int) -> bool:
        inner = schema.get("items", schema)
        return depth >= _DEPTH or (inner.get("$ref") is not None and inner["$ref"] in self._open)

    def _text(self, schema: Schema, name: str) -> str:
        if "format" in schema:
            return _BY_FORMAT[schema["format"]]
        if "examples" in schema:
            return str(schema["examples"][0])
        if name == "id" or name.endswith(("_id", "uuid")):
            return f"00000000-0000-4000-8000-{self._index + 1:012d}"
        return plain_text(name) or UNKNOWN


def plain_text(name: str) -> str | None:
    """A text that fits the end of the name: a phone number, a URL, a moment, ...; None if no ending matches."""
    return next((value for ending, value in _BY_NAME if name.lower().endswith(ending)), None)


def _close(answer: Any, operation: Operation) -> None:
    """Make a page say that it is the last one."""
    paging = operation.paging
    if paging is None or not isinstance(answer, dict):
        return
    for path, value in ((paging.next, ""), (paging.pages, 1), (paging.total, ITEMS)):
        if path is not None:
            *parents, name = path
            inside = answer
            for parent in parents:
                inside = inside.setdefault(parent, {})
            inside[name] = value
