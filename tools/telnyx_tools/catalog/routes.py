"""Routing: finds the operation for a request's method and path."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote

from telnyx_tools.catalog.operation import Operation


@dataclass
class _Node:
    named: dict[str, "_Node"] = field(default_factory=dict)
    placeholders: dict[tuple[str, str], "_Node"] = field(default_factory=dict)
    """The nodes by (name, literal ending): the ending of `{recording_sid}.json` is `.json`."""
    operations: dict[str, list[Operation]] = field(default_factory=dict)
    """The operations by method. Those that also need a certain query come first."""


class Routes:
    """A tree of path segments. A literal segment takes precedence over a placeholder."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        self._root = _Node()
        for operation in operations:
            self._add(operation)

    def match(
        self, method: str, path: str, query: Mapping[str, object] | None = None
    ) -> tuple[Operation, dict[str, str]] | None:
        """The operation and its decoded path parameters. `path` is as sent, without query and version prefix."""
        found = self._find(self._root, path.strip("/").split("/"), method.upper(), {})
        if found is None:
            return None
        operations, values = found
        fitting = (one for one in operations if one.fixed_query.items() <= (query or {}).items())
        return next(((operation, values) for operation in fitting), None)

    def _add(self, operation: Operation) -> None:
        node = self._root
        for segment in operation.path.strip("/").split("/"):
            if segment.startswith("{"):
                name, _, ending = segment[1:].partition("}")
                node = node.placeholders.setdefault((name, ending), _Node())
            else:
                node = node.named.setdefault(segment, _Node())
        same = node.operations.setdefault(operation.method, [])
        same.append(operation)
        same.sort(key=lambda one: len(one.fixed_query), reverse=True)

    def _find(
        self, node: _Node, segments: list[str], method: str, values: dict[str, str]
    ) -> tuple[list[Operation], dict[str, str]] | None:
        if not segments:
            operations = node.operations.get(method)
            return (operations, values) if operations else None
        segment, *rest = segments
        if segment in node.named and (found := self._find(node.named[segment], rest, method, values)):
            return found
        for (name, ending), following in node.placeholders.items():
            value = unquote(segment.removesuffix(ending))
            if value and segment.endswith(ending):
                found = self._find(following, rest, method, {**values, name: value})
                if found:
                    return found
        return None
