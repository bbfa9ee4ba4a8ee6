"""Answers of operations: a read is paged, a write tells of every row."""

import json

import httpx2
from tests import contexts
from tests.tools.groups.sandboxed import answering

from telnyx_tools.catalog import Catalog
from telnyx_tools.catalog.action import OperationAction
from telnyx_tools.results.answer import Answer

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
