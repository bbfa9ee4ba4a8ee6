"""Every operation of the Telnyx API, read from `operations.json.gz` on first use."""

import gzip
import json
from collections.abc import Iterator, Mapping
from functools import cache, cached_property
from importlib.resources import files
from typing import Any

from telnyx_tools.catalog.operation import Family, Operation, Types
from telnyx_tools.catalog.routes import Routes


class Catalog(Mapping[str, Operation]):
    """Operations by id, in alphabetical order."""

    def __init__(self, document: bytes) -> None:
        """Take the catalog's JSON. Its sections have one entry on each line and are decoded only when needed."""
        index, details, types, families = _sections(document)
        shared = Types(types)
        self._operations = {
            row[0]: Operation(*(*row, encoded, shared))
            for row, encoded in zip(_rows(index), details.split(b",\n"), strict=True)
        }
        self.families: Mapping[str, Family] = {
            name: Family(name, label, frozenset(within)) for name, label, within in _rows(families)
        }
        """Every family of operations, by id."""

    @staticmethod
    @cache
    def load() -> "Catalog":
        """The catalog that comes with the package."""
        return Catalog(gzip.decompress(files(__package__).joinpath("operations.json.gz").read_bytes()))

    def __getitem__(self, operation_id: str) -> Operation:
        return self._operations[operation_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._operations)

    def __len__(self) -> int:
        return len(self._operations)

    def match(
        self, method: str, path: str, query: Mapping[str, object] | None = None
    ) -> tuple[Operation, dict[str, str]] | None:
        """The operation that a request calls, and its decoded path parameters.

        `path` is as sent (percent-encoded), without query and version prefix: `/messages/40385f64`. `query` decides
        between the few operations that have the same path.
        """
        return self._routes.match(method, path, query)

    @cached_property
    def _routes(self) -> Routes:
        return Routes(self.values())


def _rows(section: bytes) -> list[Any]:
    rows: list[Any] = json.loads(b"[%b]" % section)
    return rows


def _sections(document: bytes) -> Iterator[bytes]:
    """Yield the inside of each section. Entries contain no line breaks, so that a comma and a line break end an
    entry."""
    for section in document.split(b'":[\n')[1:]:
        yield section.partition(b"\n]")[0]
