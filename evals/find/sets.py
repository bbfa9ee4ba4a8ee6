"""The sets in this folder: requests of people and what each wants, and whole tasks."""

import csv
import re
from dataclasses import dataclass
from pathlib import Path

SETS = sorted(Path(__file__).parent.glob("*.tsv"))


@dataclass(frozen=True)
class Request:
    number: int
    text: str
    split: str
    """judge, or tune: what judges is not to be read by whoever tunes."""
    accepted: frozenset[str]
    """Tools and operations that do it; empty for a whole task, which takes several."""


def requests(file: Path) -> list[Request]:
    with file.open(encoding="utf-8", newline="") as lines:
        return [_request(row) for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)]


def _request(row: dict[str, str]) -> Request:
    return Request(
        number=int(row["number"]),
        text=row.get("request") or row["task"],
        split=row.get("split") or "judge",
        accepted=frozenset(re.findall(r"[\w.]+", row.get("accepted") or "")),
    )
