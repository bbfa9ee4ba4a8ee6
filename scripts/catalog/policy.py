"""What this project's tables say about an operation: effect, product area, OAuth scope, and its judgement."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from scripts.catalog.judgement import judgement
from scripts.catalog.schemas import Schema

_HERE = Path(__file__).parent
_BY_METHOD = {"GET": "read", "DELETE": "destroy", "PUT": "write", "PATCH": "write", "POST": "spends"}
_READ_ONLY_SCOPES = ("authentication_and_access", "billing")


@cache
def reviewed() -> dict[str, str]:
    """Operation id -> read, paid, write, destroy or spends, as decided in effects.toml."""
    table = tomllib.loads((_HERE / "effects.toml").read_text())
    return {id_: effect for effect, ids in table.items() for id_ in ids}


@cache
def areas() -> dict[str, dict[str, Any]]:
    return tomllib.loads((_HERE / "groups.toml").read_text())


def policy(operation_id: str, method: str) -> Schema:
    """`effect`, `group` and `scope` of an operation, `paid` if it is, and its judgement."""
    effect = reviewed().get(operation_id, _BY_METHOD[method])
    found: Schema = {"effect": "read" if effect == "paid" else effect}
    group = _group(operation_id)
    area = areas()[group]
    reads = found["effect"] == "read"
    family = area["scope"] if reads or area["scope"] not in _READ_ONLY_SCOPES else "account_management"
    found |= {"group": group, "scope": f"{family}.{'read' if reads else 'write'}"}
    if effect == "paid":
        found["paid"] = True
    return found | judgement(operation_id)


def _group(operation_id: str) -> str:
    parts = operation_id.split(".")
    owners = {prefix: name for name, area in areas().items() for prefix in area["prefixes"]}
    prefixes = (".".join(parts[:length]) for length in range(len(parts), 0, -1))
    return next(owners[prefix] for prefix in prefixes if prefix in owners)
