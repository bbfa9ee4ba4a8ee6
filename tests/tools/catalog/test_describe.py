"""A description says enough to make the call, and no more than fits."""

import json

import pytest

from telnyx_tools.catalog import Catalog
from telnyx_tools.catalog.describe import describe


def test_a_description_names_parameters_types_and_an_example(catalog: Catalog) -> None:
    found = describe(catalog["messages.send"])
    assert found["request"] == "POST /messages"
    assert found["effect"] == "spends"
    assert found["body"]["required"] == {"to": "string: E.164, like +13125550123"}
    assert found["body"]["optional"]["type"] == "SMS|MMS"
    assert found["body"]["optional"]["media_urls"].startswith("[string]: https://")
    assert found["example"]["body"] == {
        "from": "+12025550123",
        "text": "Your order 8841 is ready.",
        "to": "+12025550124",
    }


def test_query_parameters_are_shown_as_they_are_sent(catalog: Catalog) -> None:
    query = describe(catalog["available_phone_numbers.list"])["query"]["optional"]
    assert query["filter[national_destination_code]"] == "string: area code, like 312"
    assert query["filter[phone_number][contains]"] == "string: digits anywhere in the number"


def test_a_required_filter_is_shown_as_required(catalog: Catalog) -> None:
    assert "filter[record_type]" in describe(catalog["detail_records.list"])["query"]["optional"]
    assert describe(catalog["usage_reports.list"])["query"]["required"]["product"].startswith("string: from ")


def test_nested_objects_are_looked_into_one_level_at_a_time(catalog: Catalog) -> None:
    operation = catalog["ai.assistants.create"]
    assert describe(operation)["body"]["optional"]["privacy_settings"].startswith("{data_retention")
    found = describe(operation, "body.voice_settings")
    assert found["required"]["voice"].startswith("string: from ")
    assert "list_of" in describe(operation, "body.mcp_servers")
    assert "one_of" in describe(operation, "body.tools")["list_of"]
    assert "url" in describe(operation, "body.tools.webhook")["required"]


def test_looking_into_nothing_names_what_there_is(catalog: Catalog) -> None:
    with pytest.raises(KeyError, match=r"voice is not among .*voice_settings"):
        describe(catalog["ai.assistants.create"], "body.voice")


def test_every_operation_can_be_described_briefly(catalog: Catalog) -> None:
    sizes = [len(json.dumps(describe(operation))) for operation in catalog.values()]
    assert max(sizes) < 9_000
    assert sorted(sizes)[len(sizes) // 2] < 700
