"""The index is what the texts give; it is small, quick, and finds what it was not shown."""

import gzip
import json
import random
import subprocess
import sys
import tracemalloc
from dataclasses import replace
from itertools import pairwise

import pytest
from scripts.build_search import INDEX, build

from telnyx_tools.catalog.phrasings import Phrasings, Texts
from telnyx_tools.catalog.pieces import pieces, words
from telnyx_tools.catalog.search import Index
from telnyx_tools.catalog.spelling import corrected

COST = """
import json, time
from telnyx_tools.catalog.catalog import Catalog
Catalog.load()
started = time.process_time()
from telnyx_tools.catalog.search import Index
list(Index.load().search("text a customer"))
first = time.process_time() - started
queries = [f"{verb} {noun} please" for verb in "send buy list change delete stop".split()
           for noun in ("text message", "phone number", "AI assistant", "fax", "SIM card", "call recording")]
started = time.process_time()
for query in queries:
    list(Index.load().search(query))
print(json.dumps({"first": first, "each": (time.process_time() - started) / len(queries)}))
"""


@pytest.fixture(scope="module")
def index() -> Index:
    return Index.load()


def test_the_committed_index_is_what_the_texts_give() -> None:
    assert gzip.decompress(INDEX.read_bytes()) == build(Phrasings.load()), "run python -m scripts.build_search"


def test_the_index_is_small_and_carries_no_time() -> None:
    packed = INDEX.read_bytes()
    assert len(packed) < 700_000
    assert packed[4:8] == bytes(4)


def test_the_first_search_is_quick_and_the_others_are_quicker() -> None:
    runs = [_run() for _ in range(3)]
    assert min(run["first"] for run in runs) < 0.3
    assert min(run["each"] for run in runs) < 0.005


def test_the_index_takes_a_few_megabytes() -> None:
    content = gzip.decompress(INDEX.read_bytes())
    tracemalloc.start()
    try:
        index = Index(content)
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert index.ids
    assert kept < 6_000_000, kept


def _run() -> dict[str, float]:
    found = subprocess.run([sys.executable, "-c", COST], capture_output=True, text=True, check=True)
    measured: dict[str, float] = json.loads(found.stdout)
    return measured


def test_phrasings_that_it_was_not_shown_are_found_by_the_others() -> None:
    """A fifth of the phrasings is hidden and asked for; most of it has to be among the first five."""
    said, dice = Phrasings.load(), random.Random(20)
    operations, hidden = _parted(said.operations, dice)
    tools, also_hidden = _parted(said.tools, dice)
    index = Index(build(replace(said, operations=operations, tools=tools)))
    covered = {id_ for ids in index.about.values() for id_ in ids}
    asked = dice.sample(hidden + also_hidden, 1_500)
    found = 0
    for id_, phrasing in asked:
        shown = [hit.id for hit in index.search(phrasing) if hit.id not in covered][:5]
        found += any(name == id_ or id_ in index.about.get(name, ()) for name in shown)
    recall = found / len(asked)
    assert recall >= 0.73, f"recall@5 of a hidden fifth is {recall:.3f}"


def _parted(texts: Texts, dice: random.Random) -> tuple[Texts, list[tuple[str, str]]]:
    """Four fifths of the phrasings, and the fifth that was taken away."""
    hidden = [(id_, phrasing) for id_, phrasings in texts.items() for phrasing in phrasings if dice.random() < 0.2]
    taken = set(hidden)
    return {id_: tuple(text for text in all_ if (id_, text) not in taken) for id_, all_ in texts.items()}, hidden


def test_an_id_and_its_words_find_what_it_names_first(index: Index) -> None:
    for id_ in index.ids:
        assert next(index.search(id_)).id == id_
    assert next(index.search("Usage reports: list")).id == "usage_reports.list"


def test_what_holds_nothing_of_the_query_is_not_found(index: Index) -> None:
    assert list(index.search("zzyzx qwfpgj")) == []
    assert list(index.search("")) == []
    assert list(index.search("-- ?!")) == []


def test_a_floor_cuts_the_ranking_and_changes_nothing_above(index: Index) -> None:
    whole = list(index.search("record a phone call"))
    high = list(index.search("record a phone call", floor=0.5))
    assert 0 < len(high) < len(whole)
    assert whole[: len(high)] == high
    assert all(1 >= one.strength >= other.strength > 0 for one, other in pairwise(whole))


def test_accents_case_and_script_are_folded() -> None:
    assert words("Prénom, STRASSE: Straße!") == ["prenom", "strasse", "strasse"]
    assert words("E911 ½ ﬁle") == ["e911", "1", "2", "file"]


def test_a_word_is_cut_into_pieces_that_know_its_ends() -> None:
    assert pieces("fax") == ["<fax", "fax>"]
    assert pieces("a") == ["<a>"]
    assert set(pieces("recording")) & set(pieces("records")) == {"<rec", "reco", "ecor", "cord"}


@pytest.mark.parametrize("slip", ["sned", "mesage", "messsage", "massage"])
def test_a_slip_of_the_hand_is_read_as_what_was_meant(slip: str) -> None:
    assert corrected(slip, {"message": 0, "send": 1}) in {"message", "send"}


def test_what_is_known_short_or_far_from_everything_is_left_alone() -> None:
    known = {"message": 0, "send": 1, "sent": 2}
    assert [corrected(word, known) for word in ("sent", "snd", "telephone", "se4d")] == [
        "sent",
        "snd",
        "telephone",
        "se4d",
    ]
