"""What people decided about each operation: its family, what makes it sensitive, and what its answer hides."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from scripts.catalog.schemas import Schema

_HERE = Path(__file__).parent


class JudgementError(Exception):
    """Nobody has decided about an operation, or it is in two places."""


@cache
def families() -> dict[str, dict[str, Any]]:
    """Family id -> its `label`, its `operations`, and the families that it is `within`."""
    return _table("families.toml")


@cache
def judged() -> dict[str, str | None]:
    """Operation id -> family, None for a plain read. Raises JudgementError for an operation in two places."""
    found: dict[str, str | None] = {}
    plain = [f"{resource}.{verb}" for resource, verbs in _table("reads.toml").items() for verb in verbs]
    for family, ids in [(None, plain), *((name, area["operations"]) for name, area in families().items())]:
        for id_ in ids:
            if id_ in found:
                raise JudgementError(f"{id_} is judged twice")
            found[id_] = family
    return found


@cache
def kinds() -> dict[str, list[str]]:
    """Kind of sensitivity -> the operations that are always of that kind."""
    return dict(_sensitive()["kinds"])


@cache
def fields() -> dict[str, dict[str, str]]:
    """Operation id -> field of its body -> the kind of sensitivity of a call that has the field."""
    return {
        id_: {path: kind for kind, paths in by_kind.items() for path in paths}
        for id_, by_kind in _sensitive()["fields"].items()
    }


def answers() -> dict[str, list[str]]:
    """`secret_text` and `shown_once` -> operations."""
    return dict(_sensitive()["answers"])


def judgement(operation_id: str) -> Schema:
    """Family, kinds, fields and flags of an operation, where it has them. Raises JudgementError if nobody decided about
    it."""
    if operation_id not in judged():
        raise JudgementError(
            f"Nobody has judged {operation_id} yet: give it a family in families.toml or list it in reads.toml, and "
            "say in sensitive.toml what makes it, its fields or its answer sensitive."
        )
    found = {
        "family": judged()[operation_id],
        "kinds": sorted(kind for kind, ids in kinds().items() if operation_id in ids),
        "sensitive_fields": fields().get(operation_id),
        **{flag: operation_id in ids for flag, ids in answers().items()},
    }
    return {name: value for name, value in found.items() if value}


@cache
def _sensitive() -> dict[str, Any]:
    return _table("sensitive.toml")


def _table(name: str) -> dict[str, Any]:
    return tomllib.loads((_HERE / name).read_text())
