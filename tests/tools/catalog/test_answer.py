"""Answers of operations: a read is paged, a write tells of every row."""

import json
from typing import Any

import httpx2
from tests import contexts
from tests.tools.groups.sandboxed import answering

from telnyx_tools.api.client import Reply
from telnyx_tools.catalog import Catalog, Operation
from telnyx_tools.catalog.action import OperationAction
from telnyx_tools.catalog.answer import Place, answer
from telnyx_tools.catalog.example import response
from telnyx_tools.results.answer import Answer, View
from telnyx_tools.results.result import fitted

PLACE = Place.of(View(), None)
ROWS = [{"id": f"row-{number}", "note": "n" * 2_000} for number in range(100)]


def reply(request: httpx2.Request) -> httpx2.Response:
    return httpx2.Response(200, json={"data": ROWS, "meta": {"total_pages": 1}})


async def answered(operation_id: str, **arguments: object) -> Answer:
    async with answering(reply) as telnyx:
        found = await contexts.run(OperationAction(Catalog.load()[operation_id]), arguments, telnyx)
    assert isinstance(found, Answer)
    return found


async def test_every_row_of_a_write_comes_back_shortened_and_never_paged() -> None:
    found = await answered("actions.register.create", body={"registration_codes": ["0000000001"]})
    assert found.items is not None
    assert [row["id"] for row in found.items] == [row["id"] for row in ROWS]
    assert (found.next, found.shortened) == (None, True)
    assert len(json.dumps(found.items)) < 30_000


async def test_the_rows_of_a_read_go_on_at_the_next_page() -> None:
    found = await answered("sim_cards.list")
    assert found.items is not None
    assert len(found.items) < len(ROWS)
    assert found.next is not None


def many(operation: Operation) -> Any:
    """An answer of the operation, in which every list of things holds a hundred."""
    value = response(operation)
    inside = value.get(operation.envelope, value) if operation.envelope else value
    if isinstance(inside, list):
        inside[:] = _rows(inside)
    else:
        inside |= {name: _rows(rows) for name, rows in inside.items() if isinstance(rows, list)}
    return value


def _rows(rows: list[Any]) -> list[Any]:
    things = [row for row in rows[:1] if isinstance(row, dict)]
    return [{**row, "id": f"00000000-0000-4000-8000-{number:012d}"} for row in things for number in range(100)]


def lists(value: Any) -> dict[str, int]:
    if isinstance(value, list):
        return {"": len(value)}
    return {name: len(inner) for name, inner in value.items() if isinstance(inner, list) and inner}


def test_no_row_of_any_write_is_lost_however_many_there_are(catalog: Catalog) -> None:
    lost = []
    for operation in catalog.values():
        if operation.effect == "read" or operation.reply != "json":
            continue
        value = many(operation)
        inside = value.get(operation.envelope, value) if operation.envelope else value
        shown, _ = fitted(answer(operation, Reply(200, {}, json.dumps(value).encode()), View(), PLACE))
        given = shown.data if shown.items is None else shown.items
        if shown.next or lists(inside) != (lists(given) if isinstance(given, dict | list) else given):
            lost.append(operation.id)
    assert lost == []
