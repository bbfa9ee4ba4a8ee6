"""Whoever tells a checker to look away says why, beside it."""

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
ROOTS = ("bench", "evals", "sandbox", "scripts", "server", "tests", "tools")
SUPPRESSION = re.compile(r"# (?:type: ignore(?:\[[\w, -]+\])?|noqa(?:: [A-Z]+\d+(?:, [A-Z]+\d+)*)?)(.*)")
WHY = re.compile(r" +[-#] \w.+")


def unexplained(path: Path) -> Iterator[str]:
    for number, line in enumerate(path.read_text().splitlines(), 1):
        found = SUPPRESSION.search(line)
        if found is not None and not WHY.fullmatch(found[1]):
            yield f"{path.relative_to(ROOT)}:{number}"


def sources() -> Iterator[Path]:
    """The files of the project, and not those of libraries that are installed beneath."""
    for root in ROOTS:
        for path in (ROOT / root).rglob("*.py"):
            if not {".venv", "node_modules"} & set(path.parts):
                yield path


def test_every_suppression_says_why() -> None:
    assert [place for path in sources() for place in unexplained(path)] == []
