"""The search documents: the words that find each tool and operation, and the weight of each word."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from telnyx_tools.catalog.catalog import Catalog
from telnyx_tools.catalog.operation import Operation
from telnyx_tools.catalog.phrasings import Phrasings
from telnyx_tools.catalog.pieces import words
from telnyx_tools.registry import registry
from telnyx_tools.tool.tool import Tool

Document = Mapping[str, float]
"""Word -> weight."""


class Documents:
    """One document for each operation, and for each tool that does work of its own."""

    def __init__(self, phrasings: Phrasings) -> None:
        self._catalog = Catalog.load()
        self._phrasings = phrasings
        self.tools = {tool.name: tool for tool in registry().tools.values() if tool.group not in registry().callers}
        self.about = {name: about(tool, self._catalog) for name, tool in self.tools.items()}
        self._owners: dict[str, list[str]] = defaultdict(list)
        for name, ids in self.about.items():
            for id_ in ids:
                self._owners[id_].append(name)

    def __iter__(self) -> Iterator[tuple[str, Document]]:
        operations = {operation.id: self._of_operation(operation) for operation in self._catalog.values()}
        yield from operations.items()
        for tool in self.tools.values():
            yield tool.name, self._of_tool(tool, operations)

    def _of_operation(self, operation: Operation) -> Document:
        said, id_ = self._phrasings, operation.id
        resources = [id_.rsplit(".", cut)[0] for cut in range(1, id_.count(".") + 1)]
        return _weighed(
            (1.0, [*said.operations.get(id_, ()), said.sentences[id_]]),
            (2.0, [id_]),
            (1.0, said.resources.get(resources[0], ())),
            (0.3, [noun for resource in resources[1:] for noun in said.resources.get(resource, ())]),
            (0.3, [operation.path]),
            (0.1, _parameters(operation)),
        )

    def _of_tool(self, tool: Tool, operations: Mapping[str, Document]) -> Document:
        """The tool's name and phrasings, and the words of the operations that it covers."""
        found = Counter(_weighed((1.0, [tool.name]), (1.0, self._phrasings.tools.get(tool.name, ()))))
        for id_ in self.about[tool.name]:
            heirs = self._heirs(id_)
            if tool.name in heirs:
                share = 1 / math.sqrt(len(heirs))
                found.update({word: share * weight for word, weight in operations[id_].items()})
        return found

    def _heirs(self, operation_id: str) -> Sequence[str]:
        """The tools that cover an operation: those without phrasings of their own, or else all."""
        owners = self._owners[operation_id]
        return [name for name in owners if name not in self._phrasings.tools] or owners


def about(tool: Tool, catalog: Catalog) -> Sequence[str]:
    """The operations that the tool covers; its other calls only help.

    These are its first call, and its calls with the same method and the same resource or verb.
    """
    found = [matched[0] for matched in (catalog.match(*call.split(" ", 1)) for call in tool.calls) if matched]
    return [operation.id for operation in found if _alike(operation, found[0])]


def _alike(one: Operation, other: Operation) -> bool:
    (resource, verb), (other_resource, other_verb) = one.id.rsplit(".", 1), other.id.rsplit(".", 1)
    return one.method == other.method and (resource == other_resource or verb == other_verb)


def _weighed(*parts: tuple[float, Iterable[str]]) -> Document:
    found: Counter[str] = Counter()
    for weight, texts in parts:
        for text in texts:
            for word in words(text):
                found[word] += weight  # type: ignore[assignment]  # counters may hold fractions
    return found


def _parameters(operation: Operation) -> list[str]:
    body = operation.resolve(operation.body or {})
    filters = operation.resolve(operation.query["properties"].get("filter", {}))
    return [*operation.query["properties"], *filters.get("properties", {}), *body.get("properties", {})]
