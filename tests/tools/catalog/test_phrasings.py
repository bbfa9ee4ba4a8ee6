"""The phrasings say something of everything, once, and in our own words."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
import telnyx
from evals.find.sets import SETS, requests
from scripts.search.documents import Documents
from tests.tools.catalog.test_hints import texts as hint_texts

from telnyx_tools.catalog import Catalog
from telnyx_tools.catalog.phrasings import Phrasings
from telnyx_tools.catalog.pieces import words
from telnyx_tools.registry import registry

FILES = sorted(Path("tools/telnyx_tools/catalog/phrasings").glob("*.txt"))


@pytest.fixture(scope="module")
def said() -> Phrasings:
    return Phrasings.load()


def texts(said: Phrasings) -> Iterator[tuple[str, str]]:
    """Every text and the id that it is about."""
    yield from said.sentences.items()
    for kind in (said.operations, said.resources, said.tools):
        for id_, phrasings in kind.items():
            yield from ((id_, phrasing) for phrasing in phrasings)


def test_every_id_exists(catalog: Catalog, said: Phrasings) -> None:
    assert set(said.operations) == set(said.sentences) == set(catalog)
    assert set(said.resources) == {id_.rsplit(".", 1)[0] for id_ in catalog}
    assert set(said.tools) <= set(registry().tools)


def test_every_sentence_is_one_and_short(said: Phrasings) -> None:
    sentences = list(said.sentences.values())
    assert [text for text in sentences if len(text) > 140 or not re.fullmatch(r"[A-Z].*[^.]\.", text)] == []
    assert len(set(sentences)) == len(sentences)


def test_every_operation_has_its_phrasings(said: Phrasings) -> None:
    """Three, or one where the resource is part of another or has ten phrasings in all: those tell what it is about."""
    in_all: Counter[str] = Counter()
    for id_, phrasings in said.operations.items():
        in_all[id_.rsplit(".", 1)[0]] += len(phrasings)
    assert [
        id_
        for id_, phrasings in said.operations.items()
        if len(phrasings) < (1 if id_.count(".") > 1 or in_all[id_.rsplit(".", 1)[0]] >= 10 else 3)
    ] == []
    assert in_all.total() > 7_500


def test_every_tool_has_words_of_its_own_or_of_an_operation(said: Phrasings) -> None:
    about = Documents(said).about
    assert [name for name, operations in about.items() if not operations and name not in said.tools] == []


def test_no_phrasing_stands_under_two_ids(said: Phrasings) -> None:
    owners: dict[str, set[str]] = defaultdict(set)
    for kind in (said.operations, said.tools):
        for id_, phrasings in kind.items():
            for phrasing in phrasings:
                owners[" ".join(words(phrasing))].add(id_)
    assert {phrasing: ids for phrasing, ids in owners.items() if len(ids) > 1} == {}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_lines_of_a_group_are_sorted_by_id(catalog: Catalog, file: Path) -> None:
    ids = [line.split(" ", 2)[1] for line in file.read_text(encoding="utf-8").splitlines()]
    assert ids == sorted(ids)
    groups = {id_: {operation.group} for id_, operation in catalog.items()}
    groups |= {name: {tool.group} for name, tool in registry().tools.items()}
    for id_, operation in catalog.items():
        groups.setdefault(id_.rsplit(".", 1)[0], set()).add(operation.group)
    assert [id_ for id_ in ids if file.stem not in groups[id_]] == []


def test_no_six_words_in_a_row_are_those_of_the_official_package(said: Phrasings) -> None:
    official = {row for text in _official() for row in _rows(text)}
    assert len(official) > 50_000
    ours = (*texts(said), *hint_texts())
    assert [(id_, text) for id_, text in ours if official.intersection(_rows(text))] == []


def _official() -> set[str]:
    sources = Path(str(telnyx.__file__)).parent.rglob("*.py")
    return {
        text for file in sources for text in re.findall(r'"""(.*?)"""', file.read_text(encoding="utf-8"), re.DOTALL)
    }


def _rows(text: str) -> Iterator[tuple[str, ...]]:
    found = re.findall(r"[a-z0-9']+", text.lower())
    return zip(*(found[start:] for start in range(6)), strict=False)


def test_no_phrasing_is_nearly_a_request_of_a_set(said: Phrasings) -> None:
    """Half of the words of both are the same. Four words and fewer are too common to have been copied."""
    asked = [set(words(request.text)) for file in SETS for request in requests(file)]
    long = [wanted for wanted in asked if len(wanted) > 4]
    assert [(id_, text) for id_, text in texts(said) if _is_nearly_one(set(words(text)), long)] == []


def _is_nearly_one(here: set[str], asked: Sequence[set[str]]) -> bool:
    return any(2 * len(wanted & here) >= len(wanted | here) for wanted in asked)
