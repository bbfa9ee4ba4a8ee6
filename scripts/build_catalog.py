"""Write the operation catalog from the installed `telnyx` package: `python -m scripts.build_catalog`."""

import gzip
import json
from collections.abc import Sequence
from pathlib import Path

from scripts.catalog.official import Recorder, methods
from scripts.catalog.operations import facts
from scripts.catalog.policy import policy
from scripts.catalog.schemas import Types
from scripts.catalog.sharing import shared

CATALOG = Path(__file__).parents[1] / "tools/telnyx_tools/catalog/operations.json.gz"
_COLUMNS = ("id", "method", "path", "group", "scope", "effect", "paid", "sensitive")


def build() -> bytes:
    """The catalog as JSON with one entry in each line, so that a reader can decode only what it needs.

    Three sections: `index` (a row of columns for each operation), `details` (its request and reply, in the same
    order) and `types` (the object types that the details refer to by number).
    """
    recorder, types = Recorder(), Types()
    operations = [facts(method, recorder, types) for method in methods()]
    table = shared(operations, types.table())
    index, details = [], []
    for operation in operations:
        judged = operation | policy(operation["id"], operation["method"])
        index.append([judged.pop(column, False) for column in _COLUMNS])
        details.append(judged)
    return _document({"index": index, "details": details, "types": table})


def _document(sections: dict[str, Sequence[object]]) -> bytes:
    lines = []
    for name, rows in sections.items():
        encoded = [json.dumps(row, separators=(",", ":"), ensure_ascii=False) for row in rows]
        lines.append(f'"{name}":[\n' + ",\n".join(encoded) + "\n]")
    return ("{" + ",\n".join(lines) + "}\n").encode()


def main() -> None:
    CATALOG.write_bytes(gzip.compress(build(), compresslevel=9, mtime=0))


if __name__ == "__main__":
    main()
