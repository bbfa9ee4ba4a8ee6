"""Every operation of the Telnyx API, read from `operations.json.gz` on first use."""

import gzip
import json
from collections.abc import Iterator, Mapping
from functools import cache, cached_property
from importlib.resources import files

from telnyx_tools.catalog.operation import Operation, Types
from telnyx_tools.catalog.routes import Routes


class Catalog(Mapping[str, Operation]):
    """Operations by id, in alphabetical order."""

    def __init__(self, document: bytes) -> None:
        """Take the catalog's JSON, whose sections hold one entry in each line and are decoded only when needed."""
        index, details, types = _sections(document)
        shared = Types(types)
        rows = json.loads(b"[" + b",".join(index) + b"]")
        self._operations = {
            row[0]: Operation(*(*row, encoded, shared)) for row, encoded in zip(rows, details, strict=True)
        }

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
        """The operation that a request calls, and its decoded path values.

        `path` is as sent (percent-encoded), without query and version prefix: `/messages/40385f64`. `query` tells
        the few operations apart that share a path.
        """
        return self._routes.match(method, path, query)

    @cached_property
    def _routes(self) -> Routes:
        return Routes(self.values())


def _sections(document: bytes) -> Iterator[list[bytes]]:
    entries: list[bytes] = []
    for line in document.splitlines():
        if line.endswith(b":["):
            entries = []
        elif line.startswith(b"]"):
            yield entries
        else:
            entries.append(line.removesuffix(b","))
