"""Write the operation catalog from the installed `telnyx` package: `python -m scripts.build_catalog`."""

import gzip
import json
from collections.abc import Sequence
from pathlib import Path

from scripts.catalog.judgement import families
from scripts.catalog.official import Recorder, methods
from scripts.catalog.operations import facts
from scripts.catalog.policy import policy
from scripts.catalog.schemas import Types
from scripts.catalog.sharing import shared

CATALOG = Path(__file__).parents[1] / "tools/telnyx_tools/catalog/operations.json.gz"
_COLUMNS = {
    **dict.fromkeys(("id", "method", "path", "group", "scope", "effect")),
    "paid": False,
    "family": None,
    "secret_text": False,
    "shown_once": False,
    "kinds": None,
    "sensitive_fields": None,
}
"""The columns of the index, with the default for operations that lack a value."""


def build() -> bytes:
    """The catalog as JSON with one entry in each line, so that a reader can decode only what it needs.

    Four sections: `index` (a row of columns for each operation), `details` (its request and reply, in the same
    order), `types` (the object types that the details refer to by number) and `families` (id, label, and the
    families that it is within).
    """
    recorder, types = Recorder(), Types()
    operations = [facts(method, recorder, types) for method in methods()]
    table = shared(operations, types.table())
    index, details = [], []
    for operation in operations:
        judged = operation | policy(operation["id"], operation["method"])
        index.append([judged.pop(column, absent) for column, absent in _COLUMNS.items()])
        details.append(judged)
    deeds = [[name, family["label"], family.get("within", [])] for name, family in families().items()]
    return _document({"index": index, "details": details, "types": table, "families": deeds})


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
