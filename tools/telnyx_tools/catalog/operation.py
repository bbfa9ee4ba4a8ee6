"""One operation of the Telnyx API: its names, its parameters and answer, and its effect."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from telnyx_tools.catalog.phrasings import sentence

Schema = Mapping[str, Any]
"""A JSON schema with the keywords type, enum, format, properties, required, items, additionalProperties, anyOf and
`nullable`. `examples` lists the usual values of an open enum, and `$ref` is a number for `Operation.resolve`."""

Effect = Literal["read", "write", "destroy", "spends"]
Content = Literal["json", "multipart", "binary"]
Reply = Literal["json", "text", "binary", "none"]
Kind = Literal["access", "payment", "limits", "credentials", "transfer", "bulk", "watchers"]
"""Why an operation is sensitive: it sets who may use the account, moves money, raises limits on spending, makes or
reveals credentials, gives numbers away, affects many things at once, or sets who is told about events."""


class Types:
    """The object types that operations share, decoded on first use."""

    def __init__(self, section: bytes) -> None:
        """Take the catalog's section of types: their JSON, one on each line."""
        self._section = section
        self._decoded: dict[int, Schema] = {}

    def __getitem__(self, number: int) -> Schema:
        if number not in self._decoded:
            self._decoded[number] = json.loads(self._encoded[number])
        return self._decoded[number]

    @cached_property
    def _encoded(self) -> list[bytes]:
        return self._section.split(b",\n")


@dataclass(frozen=True)
class Paging:
    """How a list is paged. `items`, `next`, `pages` and `total` are paths of keys in the answer."""

    style: Literal["number", "cursor", "offset"]
    page: str
    """The query key for the page number (from 1) or cursor."""
    items: tuple[str, ...]
    """Empty if the answer itself is the list."""
    size: str | None = None
    next: tuple[str, ...] | None = None
    pages: tuple[str, ...] | None = None
    total: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Family:
    """A kind of deed that several operations do, such as `text-a-person`."""

    id: str
    label: str
    """The deed in a few plain words: `Text a person`."""
    within: frozenset[str]
    """Families whose deed these operations do too, in another way. Excluding one of those excludes this family."""


@dataclass(frozen=True)
class Operation:
    """An operation. Requests go to `path` below the base URL of the API; each `{name}` is filled from `path_params`."""

    id: str
    method: str
    path: str
    group: str
    scope: str
    """The OAuth scope that a caller needs."""
    effect: Effect
    paid: bool
    """Whether it is a read that costs money."""
    family: str | None
    """The id of its family; None for a plain read."""
    secret_text: bool
    """Whether the whole answer is a secret."""
    shown_once: bool
    """Whether the purpose of the call is to show a secret."""
    _kinds: Sequence[Kind] | None = field(repr=False, compare=False)
    _sensitive_fields: Mapping[str, Kind] | None = field(repr=False, compare=False)
    _encoded: bytes = field(repr=False, compare=False)
    _types: Types = field(repr=False, compare=False)

    @cached_property
    def kinds(self) -> frozenset[Kind]:
        """The kinds that make every call of it sensitive."""
        return frozenset(self._kinds or ())

    @property
    def sensitive_fields(self) -> Mapping[str, Kind]:
        """Paths in the body, such as `voice.call_forwarding`, that make a call sensitive if it has them, with their
        kinds."""
        return self._sensitive_fields or {}

    def sensitive_in(self, body: object) -> Mapping[str, Kind]:
        """Return the sensitive fields that this body has."""
        return {path: kind for path, kind in self.sensitive_fields.items() if _has(body, path.split("."))}

    @property
    def sensitive(self) -> bool:
        """Return whether it sets who may use the account: keys, OAuth clients and grants, users, access rules."""
        return "access" in self.kinds

    @cached_property
    def _details(self) -> dict[str, Any]:
        details: dict[str, Any] = json.loads(self._encoded)
        return details

    @cached_property
    def path_params(self) -> Mapping[str, Schema]:
        """The schemas of the placeholders, in the order of the path."""
        names = [part[1 : part.index("}")] for part in self.path.split("/") if part.startswith("{")]
        known = self._details.get("path_params", {})
        return {name: known.get(name, {"type": "string"}) for name in names}

    @cached_property
    def query(self) -> Schema:
        """An object schema. Nested objects stand for brackets: `filter.status` is sent as `filter[status]`."""
        found: Schema = self._details.get("query", {"type": "object", "properties": {}})
        return found

    @property
    def fixed_query(self) -> Mapping[str, str]:
        """Query keys that are sent with every request."""
        found: Mapping[str, str] = self._details.get("fixed_query", {})
        return found

    @cached_property
    def headers(self) -> Schema:
        """An object schema of the headers that the operation defines, without authorization."""
        found: Schema = self._details.get("headers", {"type": "object", "properties": {}})
        return found

    @property
    def body(self) -> Schema | None:
        """The schema of the request body; if `content` is multipart, of the fields of the form."""
        found: Schema | None = self._details.get("body")
        return found

    @property
    def content(self) -> Content | None:
        found: Content | None = self._details.get("content")
        return found

    @property
    def body_required(self) -> bool:
        if self.body is None:
            return False
        variants = [self.resolve(member) for member in self.body.get("anyOf", (self.body,))]
        return bool(self._details.get("body_required", all(variant.get("required") for variant in variants)))

    @property
    def reply(self) -> Reply:
        found: Reply = self._details["reply"]
        return found

    @property
    def accept(self) -> str:
        """The media type of a 2xx answer."""
        default = {"json": "application/json", "text": "text/plain"}.get(self.reply, "*/*")
        return str(self._details.get("accept", default))

    @property
    def response(self) -> Schema | None:
        """The schema of a 2xx answer in JSON; `{}` if the API does not say."""
        found: Schema | None = self._details.get("response")
        return found

    @cached_property
    def paging(self) -> Paging | None:
        found = self._details.get("paging")
        if found is None:
            return None
        return Paging(
            style=found["style"],
            page=found["page"],
            size=found.get("size"),
            items=tuple(found["items"]),
            **{name: tuple(found[name]) for name in ("next", "pages", "total") if name in found},
        )

    @cached_property
    def envelope(self) -> str | None:
        """The key that holds the object in the answer, mostly `data`; None if the answer itself is the object."""
        if self.paging is not None:
            return self.paging.items[0] if self.paging.items else None
        return "data" if "data" in self.resolve(self.response or {}).get("properties", {}) else None

    @cached_property
    def takes_idempotency_key(self) -> bool:
        return "Idempotency-Key" in self.headers["properties"]

    @cached_property
    def takes_command_id(self) -> bool:
        return "command_id" in self.resolve(self.body or {}).get("properties", {})

    @property
    def sentence(self) -> str:
        """The sentence that says what the operation does."""
        return sentence(self.id)

    def resolve(self, schema: Schema) -> Schema:
        """The schema, or the shared type if it is a reference to one."""
        reference = schema.get("$ref")
        if reference is None:
            return schema
        found = self._types[reference]
        return {**found, "nullable": True} if schema.get("nullable") else found


def _has(value: object, path: Sequence[str]) -> bool:
    """Return whether the value has something at the path, looking into every item of lists."""
    if not path:
        return True
    if isinstance(value, list):
        return any(_has(item, path) for item in value)
    return isinstance(value, dict) and path[0] in value and _has(value[path[0]], path[1:])
