"""The example of every operation is valid, shows something, and does no harm."""

from collections.abc import Iterator
from typing import Any

import pytest
from tests import contexts

from telnyx_tools.api.client import Api
from telnyx_tools.catalog import Catalog
from telnyx_tools.catalog.action import OperationAction
from telnyx_tools.catalog.describe import describe
from telnyx_tools.catalog.example import UNKNOWN
from telnyx_tools.catalog.illustration import illustrate, illustrate_tool
from telnyx_tools.catalog.operation import Operation
from telnyx_tools.registry import registry

NOTHING_TO_SHOW = {
    "global_ip_assignments.update",  # its body has no fields
    "messaging_10dlc.partner_campaigns.update",  # all of its fields are sensitive
}


def texts(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Every text in a value with the name that it stands under."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from texts(inner, key)
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner, name)
    elif isinstance(value, str):
        yield name, value


def example(operation: Operation) -> dict[str, Any]:
    found: dict[str, Any] = describe(operation)["example"]
    return found


def test_every_example_is_accepted_as_it_is(catalog: Catalog) -> None:
    for operation in catalog.values():
        OperationAction(operation).parse(example(operation))


def test_no_text_of_an_example_says_nothing(catalog: Catalog) -> None:
    shown = {
        operation.id: [name for name, text in texts(example(operation)) if text == UNKNOWN and name != "body"]
        for operation in catalog.values()
    }
    assert {id_: names for id_, names in shown.items() if names} == {}


def test_an_example_of_a_change_changes_something(catalog: Catalog) -> None:
    changes = [each for each in catalog.values() if each.method in {"PATCH", "PUT"} and each.body is not None]
    assert {each.id for each in changes if not illustrate(each).body} == NOTHING_TO_SHOW


def test_no_example_sets_what_has_to_be_allowed_unless_that_is_what_the_operation_is_for(catalog: Catalog) -> None:
    for operation in catalog.values():
        if not operation.kinds:
            assert operation.sensitive_in(illustrate(operation).body) == {}, operation.id


def test_a_port_out_is_not_authorized_by_example(catalog: Catalog) -> None:
    assert example(catalog["portouts.update_status"])["path"]["status"] == "rejected-pending"


def test_addresses_of_emails_are_emails(catalog: Catalog) -> None:
    for operation in catalog.values():
        for name, text in texts(example(operation)):
            if name.lower().endswith(("email", "emails")) or (
                operation.group == "email" and name in {"from", "to", "cc", "bcc"}
            ):
                assert "@" in text, (operation.id, name)


@pytest.mark.parametrize(
    ("id_", "needed"),
    [
        ("faxes.create", {"media_url"}),
        ("messages.send", {"from", "text"}),
        ("number_orders.create", {"phone_numbers"}),
        ("email_messages.create", {"subject", "text_body"}),
        ("documents.upload_json", {"url", "filename"}),
        ("verifications.actions.verify", {"code"}),
    ],
)
def test_an_example_holds_what_the_call_is_useless_without(catalog: Catalog, id_: str, needed: set[str]) -> None:
    assert needed <= set(example(catalog[id_])["body"])


def test_a_use_case_is_one_that_exists(catalog: Catalog) -> None:
    assert example(catalog["messaging_10dlc.campaign_builder.submit"])["body"]["usecase"] == "CUSTOMER_CARE"


def test_a_page_that_the_api_requires_is_the_first_where_none_is_given(catalog: Catalog) -> None:
    action = OperationAction(catalog["messaging_tollfree.verification.requests.list"])
    assert action.required == []
    assert action.parse({})["query"] == {"page": 1, "page_size": 20}
    assert "required" not in action.describe().get("query", {})


@pytest.mark.parametrize("id_", ["messaging_tollfree.verification.requests.retrieve_status_history"])
def test_a_page_within_brackets_is_filled_in_too(catalog: Catalog, id_: str) -> None:
    query = OperationAction(catalog[id_]).parse({"path": {"id": "00000000-0000-4000-8000-000000000001"}})["query"]
    assert query == {"page": {"number": 1, "size": 20}}


def test_every_tool_takes_its_example(catalog: Catalog) -> None:
    for tool in registry().tools.values():
        arguments = illustrate_tool(tool.name, tool.input_schema)
        tool.parse(arguments)
        assert [name for name, text in texts(arguments) if text == UNKNOWN] == [], tool.name
        assert set(tool.required) <= set(arguments)


async def test_the_description_of_a_tool_shows_its_example_as_its_caller_takes_it() -> None:
    given = {"name": "send_message"}
    async with Api("http://127.0.0.1:9") as api:
        found = (await contexts.dispatch(api)(contexts.call(registry().tools["describe_tool"], given))).wire()
    assert found["example"] == {
        "arguments": {"to": "+12025550124", "from_number": "+12025550123", "text": "Your order 8841 is ready."}
    }
