"""Routing of paths to handlers. Each group declares its operations on a `Routes` object."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from urllib.parse import unquote

from .reply import Reply
from .request import Request

Handler = Callable[[Request], Reply]


@dataclass(frozen=True)
class Operation:
    """A simulated operation. `template` is its path, such as `/messages/{id}`; handlers are synchronous, since all
    state is in memory."""

    method: str
    template: str
    handler: Handler
    takes_idempotency_key: bool = False

    @cached_property
    def segments(self) -> tuple[str, ...]:
        return tuple(self.template.strip("/").split("/"))

    def is_at(self, path: str) -> bool:
        """Whether the template has the same shape as a path of the API's contract, whatever the placeholders are
        called."""
        return _shape(self.template) == _shape(path)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names in braces, in order."""
        return tuple(segment[1 : segment.index("}")] for segment in self.segments if segment.startswith("{"))

    @cached_property
    def endings(self) -> tuple[str, ...]:
        """The text after each name in its segment, such as `.json`."""
        return tuple(segment.partition("}")[2] for segment in self.segments if segment.startswith("{"))

    def ids(self, values: Sequence[str]) -> dict[str, str] | None:
        """The values of the template by name; None if one lacks the ending that the template requires."""
        if not all(value.endswith(ending) for value, ending in zip(values, self.endings, strict=True)):
            return None
        bare = (value.removesuffix(ending) for value, ending in zip(values, self.endings, strict=True))
        return dict(zip(self.names, bare, strict=True))


@lru_cache(maxsize=4096)
def _shape(template: str) -> str:
    return re.sub(r"\{[^}]*\}", "{}", template)


class Routes:
    """The operations of one group, declared by `@routes.get("/messages/{id}")` above each handler."""

    def __init__(self) -> None:
        self.operations: list[Operation] = []

    def get(self, template: str) -> Callable[[Handler], Handler]:
        return self._add("GET", template)

    def post(self, template: str, *, takes_idempotency_key: bool = False) -> Callable[[Handler], Handler]:
        return self._add("POST", template, takes_idempotency_key)

    def put(self, template: str) -> Callable[[Handler], Handler]:
        return self._add("PUT", template)

    def patch(self, template: str) -> Callable[[Handler], Handler]:
        return self._add("PATCH", template)

    def delete(self, template: str) -> Callable[[Handler], Handler]:
        return self._add("DELETE", template)

    def _add(self, method: str, template: str, takes_idempotency_key: bool = False) -> Callable[[Handler], Handler]:
        def register(handler: Handler) -> Handler:
            self.operations.append(Operation(method, template, handler, takes_idempotency_key))
            return handler

        return register


@dataclass(slots=True)
class _Node:
    literals: dict[str, "_Node"] = field(default_factory=dict)
    value: "_Node | None" = None
    operations: dict[str, Operation] = field(default_factory=dict)


class Router:
    """A tree of path segments. A literal takes precedence over a `{value}` at the same place."""

    def __init__(self, groups: Iterable[Routes]) -> None:
        self._root = _Node()
        for group in groups:
            for operation in group.operations:
                self._insert(operation)

    def find(self, path: str) -> tuple[Mapping[str, Operation], list[str]]:
        """The operations at an encoded path, by method, and the decoded values of its template."""
        node, values = self._root, []
        for segment in path.removeprefix("/").split("/"):
            child = node.literals.get(segment)
            if child is None:
                child = node.value
                if child is None or not segment:
                    return {}, []
                values.append(unquote(segment))
            node = child
        return node.operations, values

    def _insert(self, operation: Operation) -> None:
        node = self._root
        for segment in operation.segments:
            if segment.startswith("{"):
                node.value = node = node.value or _Node()
            else:
                node = node.literals.setdefault(segment, _Node())
        if operation.method in node.operations:
            raise ValueError(f"{operation.method} {operation.template} is declared twice")
        node.operations[operation.method] = operation
