"""Requests of people and what each wants: the sets in `evals/find`, where the repository has them."""

import csv
import re
from dataclasses import dataclass
from pathlib import Path

SETS = sorted(Path(__file__).parents[3].glob("evals/find/*.tsv"))


@dataclass(frozen=True)
class Request:
    text: str
    accepted: frozenset[str]
    """Tools and operations that do it; empty where nobody has judged."""


def requests(file: Path) -> list[Request]:
    with file.open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [Request(row["request"], frozenset(re.findall(r"[\w.]+", row["accepted"] or ""))) for row in rows]
