"""The meaning of hangup causes, in words: the table is `hangups.toml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

UNKNOWN = "unspecified"

SAYS_LITTLE = {"", "200", "487"}
"""Answers of SIP beside which the cause says more."""


@dataclass(frozen=True, slots=True)
class Meaning:
    meaning: str
    next: str


def explain(cause: str, sip_code: str) -> Meaning:
    """The exact one of both decides; what is not in the table is unspecified."""
    table = _table()
    by_sip = None if sip_code in SAYS_LITTLE else table["sip"].get(sip_code)
    return by_sip or table["causes"].get(cause.lower()) or table["causes"][UNKNOWN]


@cache
def _table() -> Mapping[str, Mapping[str, Meaning]]:
    import tomllib
    from importlib.resources import files

    table = tomllib.loads(files(__package__).joinpath("hangups.toml").read_text("utf-8"))
    return {kind: {key: Meaning(**row) for key, row in rows.items()} for kind, rows in table.items()}
