"""Phrasings, from the files in `phrasings/`: a sentence for each operation, and everyday ways to ask for each thing.

A line is `kind id | text`. The kinds are S, the sentence of an operation; O, phrasings of an operation; T, phrasings of
a tool besides those of its operations; and R, what people call a resource (an id without its last part).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

_LINE = re.compile(r"([SORT]) (\S+) \| (\S.*)")

Texts = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Phrasings:
    """Everything in the files, by id."""

    sentences: Mapping[str, str]
    operations: Texts
    resources: Texts
    tools: Texts

    @staticmethod
    def load() -> "Phrasings":
        """Read the files. Raises ValueError for a malformed line, and for a second line of the same kind and id."""
        found: dict[str, dict[str, str]] = {kind: {} for kind in "SORT"}
        for kind, id_, text in _lines():
            if id_ in found[kind]:
                raise ValueError(f"Two lines of phrasings start with {kind} {id_}")
            found[kind][id_] = text
        return Phrasings(found["S"], _split(found["O"]), _split(found["R"]), _split(found["T"]))


def sentence(operation_id: str) -> str:
    """Return the sentence that says what an operation does. Raises KeyError if there is no such operation."""
    return _sentences()[operation_id]


@cache
def _sentences() -> Mapping[str, str]:
    return {id_: text for kind, id_, text in _lines() if kind == "S"}


def _lines() -> Iterator[tuple[str, str, str]]:
    for file in sorted(files(__package__).joinpath("phrasings").iterdir(), key=lambda file: file.name):
        for line in file.read_text(encoding="utf-8").splitlines():
            matched = _LINE.fullmatch(line)
            if matched is None:
                raise ValueError(f"Not a line of phrasings: {line[:80]}")
            yield matched[1], matched[2], matched[3]


def _split(lines: Mapping[str, str]) -> Texts:
    return {id_: tuple(phrasing.strip() for phrasing in text.split(";")) for id_, text in lines.items()}
