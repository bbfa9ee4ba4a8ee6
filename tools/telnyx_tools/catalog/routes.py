"""From a request's method and path to the operation it calls."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import unquote

from telnyx_tools.catalog.operation import Operation


@dataclass
class _Node:
    named: dict[str, "_Node"] = field(default_factory=dict)
    placeholders: dict[tuple[str, str], "_Node"] = field(default_factory=dict)
    """(name, literal ending) -> what follows; `{recording_sid}.json` has the ending `.json`."""
    operations: dict[str, Operation] = field(default_factory=dict)


class Routes:
    """A tree of path segments; a literal segment wins over a placeholder."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        self._root = _Node()
        for operation in operations:
            self._add(operation)

    def match(self, method: str, path: str) -> tuple[Operation, dict[str, str]] | None:
        """The operation and its decoded path values; `path` is as sent, without query and version prefix."""
        return self._find(self._root, path.strip("/").split("/"), method.upper(), {})

    def _add(self, operation: Operation) -> None:
        node = self._root
        for segment in operation.path.strip("/").split("/"):
            if segment.startswith("{"):
                name, _, ending = segment[1:].partition("}")
                node = node.placeholders.setdefault((name, ending), _Node())
            else:
                node = node.named.setdefault(segment, _Node())
        known = node.operations.get(operation.method)
        if known is None or (known.fixed_query and not operation.fixed_query):
            node.operations[operation.method] = operation

    def _find(
        self, node: _Node, segments: list[str], method: str, values: dict[str, str]
    ) -> tuple[Operation, dict[str, str]] | None:
        if not segments:
            operation = node.operations.get(method)
            return (operation, values) if operation else None
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
