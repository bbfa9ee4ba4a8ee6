"""A request in the form that handlers get."""

import json
from dataclasses import dataclass, field
from functools import cached_property

from .account import Account
from .body import Body
from .errors import SandboxError
from .query import Query

Headers = list[tuple[bytes, bytes]]


def header(headers: Headers, name: bytes) -> str | None:
    """The first header of that (lower-case) name."""
    for key, value in headers:
        if key == name:
            return value.decode("latin-1")
    return None


@dataclass
class Request:
    """A request. `path` is relative to `/v2` and still encoded; `ids` are the decoded values of the path's template."""

    method: str
    path: str
    query_string: bytes
    headers: Headers
    content: bytes
    account: Account
    ids: dict[str, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return self.ids["id"]

    @cached_property
    def query(self) -> Query:
        return Query(self.query_string)

    @cached_property
    def json(self) -> object:
        """The JSON body as it was sent; None if there is no body."""
        if not self.content:
            return None
        media_type = (header(self.headers, b"content-type") or "").partition(";")[0].strip().lower()
        if media_type != "application/json":
            raise SandboxError("10029")
        try:
            value: object = json.loads(self.content)
        except (ValueError, RecursionError):
            raise SandboxError("10023") from None
        return value

    @cached_property
    def fields(self) -> dict[str, object]:
        """The members of the body as they were sent, for fields that are only stored. The contract has checked them."""
        fields = {} if self.json is None else self.json
        if not isinstance(fields, dict):
            raise SandboxError("10015", "The body must be a JSON object.")
        return fields

    @cached_property
    def body(self) -> Body:
        return Body(self.fields)
