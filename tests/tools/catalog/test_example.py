"""Made-up answers fit their operation."""

import json

from telnyx_tools.catalog import Catalog
from telnyx_tools.catalog.example import ITEMS, maximal, minimal, response
from telnyx_tools.catalog.validate import response_problems


def test_every_made_up_answer_fits_its_schema(catalog: Catalog) -> None:
    for operation in catalog.values():
        if operation.reply == "json":
            assert response_problems(operation, response(operation)) == [], operation.id


def test_answers_are_the_same_every_time_and_small(catalog: Catalog) -> None:
    for operation in catalog.values():
        answer = json.dumps(response(operation))
        assert answer == json.dumps(response(operation))
        assert len(answer) < 40_000, operation.id


def test_a_list_holds_three_different_things_and_says_that_there_are_no_more(catalog: Catalog) -> None:
    answer = response(catalog["phone_numbers.list"])
    assert len({item["id"] for item in answer["data"]}) == ITEMS
    assert answer["meta"]["total_pages"] == 1
    assert response(catalog["email_messages.list"])["meta"]["page_cursor"] == ""


def test_a_bare_list_a_text_and_nothing_are_told_apart(catalog: Catalog) -> None:
    assert isinstance(response(catalog["ai.mcp_servers.list"]), list)
    assert response(catalog["ai.assistants.get_texml"]) == "example"
    assert response(catalog["ai.mcp_servers.delete"]) is None


def test_the_smallest_example_holds_what_is_required_and_the_largest_everything(catalog: Catalog) -> None:
    operation = catalog["messages.send"]
    assert minimal(operation).body == {"to": "+12025550124"}
    assert set(maximal(operation).body) == set((operation.body or {})["properties"])
