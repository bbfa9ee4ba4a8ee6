"""Lists, page by page: within a size, and without loss or repetition."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qs

import httpx2
import pytest
from tests import contexts
from tests.wires import MockWire

from telnyx_tools.api.client import Api, Credential, Telnyx
from telnyx_tools.argument_errors import InvalidArguments
from telnyx_tools.catalog.action import OperationAction
from telnyx_tools.catalog.catalog import Catalog
from telnyx_tools.results.answer import Answer, View
from telnyx_tools.results.pages import Cursor, Page, PageCursor, fetch_page, page_of, page_of_whole
from telnyx_tools.results.result import BUDGET, Result
from telnyx_tools.tool.arguments import Arguments


class Thing(Result):
    id: str | None = None
    text: str | None = None


def answer(items: list[dict[str, Any]], **meta: object) -> dict[str, Any]:
    return {"data": items, "meta": meta}


def things(count: int, size: int = 0) -> list[dict[str, Any]]:
    return [{"id": str(number), "text": "x" * size, "hidden": number} for number in range(count)]


def wire(page: Page[Thing]) -> dict[str, Any]:
    return page.wire()


@asynccontextmanager
async def listing() -> AsyncIterator[tuple[Telnyx, list[str]]]:
    """The API where every list has nine pages of one thing, and the queries that it got."""
    asked: list[str] = []

    def respond(request: httpx2.Request) -> httpx2.Response:
        asked.append(request.url.query.decode())
        return httpx2.Response(200, json=answer(things(1), total_pages=9, total_results=9))

    async with Api(wire=MockWire(respond)) as api:
        yield api.bind(Credential("KEYtest"), "key:test"), asked


def test_a_page_has_its_items_where_to_go_on_and_how_many_there_are() -> None:
    page = page_of(Thing, answer(things(2), total_pages=3, total_results=6), Cursor(2))
    assert [item.id for item in page.items] == ["0", "1"]
    assert (page.next, page.total_results) == ("3/20", 6)


def test_the_last_page_has_nowhere_to_go_on() -> None:
    assert "next" not in wire(page_of(Thing, answer(things(2), total_pages=3), Cursor(3)))
    assert wire(page_of(Thing, answer([]), Cursor(1))) == {"items": []}


@pytest.mark.parametrize("detail", ["summary", "full"])
def test_more_items_than_fit_are_given_piece_by_piece(detail: Any) -> None:
    held = answer(things(100, size=2_000), total_pages=2)
    seen: list[str | None] = []
    cursor: str | None = "1"
    while cursor is not None and cursor != "2/20":
        page = page_of(Thing, held, Cursor.parse(cursor), detail)
        assert len(json.dumps(page.wire())) <= BUDGET["full" if detail == "full" else "summary"]
        seen += [item.id for item in page.items]
        cursor = page.next
    assert seen == [str(number) for number in range(100)]
    assert cursor == "2/20"


def test_an_item_larger_than_a_page_is_given_alone() -> None:
    held = answer([{"id": "1", "text": "x" * 9_000}, {"id": "2"}])
    page = page_of(Thing, held, Cursor(1))
    assert [item.id for item in page.items] == ["1"]
    assert page.next == "1+1/20"


def test_room_is_left_for_what_the_caller_adds() -> None:
    held = answer(things(100, size=500))
    assert len(page_of(Thing, held, Cursor(1), reserve=4_000).items) < len(page_of(Thing, held, Cursor(1)).items)


def test_in_full_items_have_every_field() -> None:
    assert wire(page_of(Thing, answer(things(1)), Cursor(1), "full"))["items"][0]["hidden"] == 0


@pytest.mark.parametrize("odd", [None, "x", 7, {}, {"data": None}, {"data": {"id": "1"}}])
def test_an_answer_that_is_no_list_is_no_empty_one(odd: object) -> None:
    page = wire(page_of(Thing, odd, Cursor(1)))
    assert page["shape_warning"] == "Telnyx carried the call out, but its answer was not a list."
    assert page["items"] == []


@pytest.mark.parametrize(
    "meta", [None, "odd", {"total_pages": "many", "total_results": {}}, {"total_pages": None, "total_results": []}]
)
def test_odd_counts_end_the_list(meta: object) -> None:
    assert wire(page_of(Thing, {"data": things(1), "meta": meta}, Cursor(1))).keys() == {"items"}


def test_items_that_are_no_objects_are_marked_one_by_one() -> None:
    items = wire(page_of(Thing, [{"id": "1"}, "odd", None], Cursor(1)))["items"]
    assert items[0] == {"id": "1"}
    assert all("shape_warning" in item for item in items[1:])


def test_an_item_with_a_field_called_data_is_that_item() -> None:
    held: list[object] = [{"id": "1", "data": {"id": "2"}}]
    for raw in (held, [*held, "odd"]):
        assert wire(page_of(Thing, raw, Cursor(1)))["items"][0] == {"id": "1"}


@pytest.mark.parametrize("text", ["1/20", "27/50", "3+20/7"])
def test_a_cursor_is_read_as_it_was_written(text: str) -> None:
    assert str(Cursor.parse(text)) == text


async def list_things(page: PageCursor = "1") -> None: ...


@pytest.mark.parametrize(("given", "taken"), [(2, "2"), ("2", "2"), ("2+5", "2+5")])
def test_a_page_may_be_given_as_a_number(given: object, taken: str) -> None:
    assert Arguments.of(list_things).parse({"page": given}) == {"page": taken}


@pytest.mark.parametrize("given", [0, -1, "0", "two", "1+", "+1", "1+1+1", "٢", True, [], "9" * 30])
def test_a_page_that_no_list_gave_is_refused(given: object) -> None:
    with pytest.raises(InvalidArguments) as caught:
        Arguments.of(list_things).parse({"page": given})
    assert "`next` of the page before" in caught.value.problems[0].problem


@pytest.mark.anyio
async def test_a_page_is_asked_for_by_number_and_size() -> None:
    async with listing() as (telnyx, asked):
        query = {"filter": {"name": "a&b"}}
        page = await fetch_page(Thing, telnyx, "/things/{id}", query, page="4+0", page_size=50, id="7")
    assert parse_qs(asked[0]) == {"filter[name]": ["a&b"], "page[number]": ["4"], "page[size]": ["50"]}
    assert page.next == "5/50"


@pytest.mark.parametrize("size", [20, 50])
async def test_a_next_page_keeps_its_size_whatever_size_comes_with_it(size: int) -> None:
    async with listing() as (telnyx, asked):
        page = await fetch_page(Thing, telnyx, "/things", {}, page="4", page_size=size)
        assert page.next is not None
        await fetch_page(Thing, telnyx, "/things", {}, page=page.next, page_size=250)
    assert parse_qs(asked[1]) == {"page[number]": ["5"], "page[size]": [str(size)]}


def test_behind_a_list_that_is_given_whole_there_is_nothing() -> None:
    held = answer(things(2), total_pages=3, total_results=2)
    first = page_of_whole(Thing, held, Cursor(1))
    assert ([item.id for item in first.items], first.next, first.total_results) == (["0", "1"], None, 2)
    assert wire(page_of_whole(Thing, held, Cursor(2))) == {"items": [], "total_results": 2}
    assert "shape_warning" in wire(page_of_whole(Thing, "odd", Cursor(1)))


@pytest.mark.anyio
async def test_a_next_page_of_an_operation_keeps_its_size_too() -> None:
    operation = Catalog.load()["phone_numbers.list"]
    async with listing() as (telnyx, asked):
        first = await contexts.run(OperationAction(operation, View(page_size=1)), {}, telnyx)
        assert isinstance(first, Answer)
        await contexts.run(OperationAction(operation, View(page=first.next, page_size=250)), {}, telnyx)
    assert parse_qs(asked[1]) == {"page[number]": ["2"], "page[size]": ["1"]}


@pytest.mark.anyio
@pytest.mark.parametrize("page", ["9" * 5_000, "2/" + "9" * 5_000, "2+" + "9" * 5_000, "²", "two", "2/0"])
async def test_a_page_of_an_operation_that_no_answer_gave_is_refused(page: str) -> None:
    def unasked(request: httpx2.Request) -> httpx2.Response:
        raise AssertionError("it was sent")

    operation = Catalog.load()["phone_numbers.list"]
    async with Api(wire=MockWire(unasked)) as api:
        telnyx = api.bind(Credential("KEYtest"), "key:test")
        with pytest.raises(InvalidArguments) as caught:
            await contexts.run(OperationAction(operation, View(page=page)), {}, telnyx)
    assert "page" in caught.value.problems[0].argument
