"""Everyday requests find the operations that fulfil them."""

from pathlib import Path
from time import perf_counter

import pytest

from telnyx_tools.catalog import Catalog
from telnyx_tools.catalog.search import Index
from telnyx_tools.catalog.words import index

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def operations(catalog: Catalog) -> Index:
    return index(catalog)


def requests(name: str) -> list[tuple[str, set[str]]]:
    rows = [line.split("\t") for line in (HERE / name).read_text().splitlines()[1:]]
    return [(request, set(accepted.split())) for request, accepted in rows]


@pytest.mark.parametrize("name", ["requests_tune.tsv", "requests_held_out.tsv"])
def test_nine_of_ten_everyday_requests_find_an_accepted_operation_among_five(
    catalog: Catalog, operations: Index, name: str
) -> None:
    asked = requests(name)
    assert len(asked) > 80
    assert {id_ for _, accepted in asked for id_ in accepted} <= set(catalog)
    found = [accepted & {hit.id for hit in operations.search(request, 5)} for request, accepted in asked]
    recall = sum(bool(hits) for hits in found) / len(asked)
    assert recall >= 0.9, f"recall@5 of {name} is {recall:.3f}"


def test_a_search_takes_less_than_five_milliseconds(operations: Index) -> None:
    asked = [request for request, _ in requests("requests_tune.tsv")]
    start = perf_counter()
    for request in asked:
        operations.search(request)
    assert (perf_counter() - start) / len(asked) < 0.005


def test_the_id_of_an_operation_finds_it_first(catalog: Catalog, operations: Index) -> None:
    for id_ in ("number_orders.create", "calls.actions.send_dtmf", "wireguard_peers.retrieve_config"):
        assert operations.search(id_, 1)[0].id == id_


def test_words_of_no_document_find_nothing(operations: Index) -> None:
    assert operations.search("zzyzx qwfpgj") == []
    assert operations.search("") == []


def test_any_documents_can_be_searched() -> None:
    tools = Index([("send_message", {"send message": 3.0, "sms": 1.0}), ("hangup", {"end call": 2.0})])
    assert [hit.id for hit in tools.search("texting")] == ["send_message"]
    assert [hit.id for hit in tools.search("hang up")] == []
    assert Index([]).search("anything") == []
