"""Bad arguments are refused so that the agent can mend them, and nothing is sent."""

import json
from typing import Any

import pytest
from tests.contract.calling import CURATED, TOOLS, Played, documented, least, play
from tests.sweeps import for_each

from telnyx_tools.argument_errors import InvalidArguments
from telnyx_tools.catalog import Catalog
from telnyx_tools.catalog.action import OperationAction
from telnyx_tools.catalog.hints import hint
from telnyx_tools.tool.source import source_of
from telnyx_tools.tool.tool import Tool

NUMBER = "+12025550123"
MESSAGE = {"to": NUMBER, "from_number": "+12025550100", "text": "hello"}


def problems(played: Played) -> dict[str, str]:
    assert played.requests == []
    assert played.error["code"] == "invalid_arguments"
    return {problem["argument"]: problem["problem"] for problem in played.error["problems"]}


@for_each(TOOLS)
def test_every_tool_refuses_an_argument_that_it_does_not_know(tool: Tool) -> None:
    found = problems(play(tool, {"no_such_argument": 1}, documented))
    valid = ", ".join(tool.input_schema["properties"]) or "none"
    assert found["no_such_argument"].endswith(f"Valid: {valid}.")


@for_each([tool for tool in TOOLS if tool.input_schema.get("required")])
def test_every_tool_names_all_that_it_requires(tool: Tool) -> None:
    assert set(problems(play(tool, {}, documented))) == set(tool.input_schema["required"])


@for_each([tool for tool in TOOLS if tool.input_schema["properties"]])
def test_every_tool_refuses_a_value_of_a_type_that_nothing_has(tool: Tool) -> None:
    for name, schema in tool.input_schema["properties"].items():
        is_free = tool.target is not None and name == "body"  # the operation says what its body may be
        if schema.keys() & {"type", "anyOf", "enum"} and not is_free:
            played = play(tool, {name: [[[None]]]}, documented)
            assert any(argument.split(".")[0] == name for argument in problems(played)), name


BEYOND_THE_CALENDAR = (
    "0001-01-01",
    "9999-12-31",
    "0001-01-01T00:00+14:00",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59-23:59",
    "9999-12-31T23:59:59Z",
    "1.99999999999999999999999",
    "1.99999999999",
)


def times_in(tool: Tool) -> list[str]:
    """The arguments of a tool that are moments or days."""
    described = {name: json.dumps(schema) for name, schema in tool.input_schema["properties"].items()}
    signs = ("date-time", "YYYY-MM-DD", "2026-03-01T")
    return [name for name, text in described.items() if any(sign in text for sign in signs)]


@for_each([tool for tool in CURATED if times_in(tool)])
def test_no_tool_breaks_at_a_moment_with_which_nobody_can_reckon(tool: Tool) -> None:
    at_once = {"timeout_secs": 0} if "timeout_secs" in tool.input_schema["properties"] else {}
    given = {**least(tool), **at_once}
    for name in times_in(tool):
        for moment in BEYOND_THE_CALENDAR:
            played = play(tool, {**given, name: moment}, documented)
            assert not played.result.is_error or played.error["code"] != "internal_error", (name, moment)


@pytest.mark.parametrize(
    ("tool", "arguments", "argument", "said"),
    [
        ("send_message", MESSAGE | {"form_number": "x"}, "form_number", "Did you mean from_number?"),
        ("send_message", MESSAGE | {"to": "202-555-0123"}, "to", "E.164, like +13125550123"),
        ("send_message", MESSAGE | {"to": 12025550123}, "to", "E.164, like +13125550123"),
        ("send_message", MESSAGE | {"type": "FAX"}, "type", "'SMS' or 'MMS'"),
        ("send_message", MESSAGE | {"media_urls": ["ftp://example.com/a"]}, "media_urls.0", "sends an MMS"),
        ("send_message", {"to": NUMBER, "text": "hello"}, "from_number", "list_phone_numbers"),
        ("send_message", MESSAGE | {"text": ""}, "text", "Give text, media_urls, or both."),
        ("list_phone_numbers", {"page_size": 100_000}, "page_size", "less than or equal to 250"),
        ("list_phone_numbers", {"page": "last"}, "page", "`next` of the page before"),
        ("list_phone_numbers", {"status": "sleeping"}, "status", "'active'"),
        ("initiate_phone_number_order", {"phone_numbers": []}, "phone_numbers", "at least 1 item"),
        ("initiate_phone_number_order", {"phone_numbers": ["1"]}, "phone_numbers.0", "from list_available_phone"),
        ("update_phone_number", {"phone_number": "1"}, "", "Nothing to change; give at least one of:"),
        (
            "create_messaging_profile",
            {"name": "a", "whitelisted_destinations": ["US"], "number_pool_settings": {"geo_match": True}},
            "number_pool_settings.geo_match",
            "Did you mean geomatch?",
        ),
    ],
)
def test_the_argument_is_named_and_the_valid_form(
    tool: str, arguments: dict[str, Any], argument: str, said: str
) -> None:
    assert said in problems(play(tool, arguments, documented))[argument]


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"query": {"filter[status]": "active"}, "page_size": 50}, {"query"}),
        ({"path": {"id": "1"}, "body": {"a": 1}, "detail": "full", "fields": ["id"]}, {"path", "body"}),
    ],
)
def test_what_a_tool_called_by_name_does_not_take_is_refused(given: dict[str, Any], named: set[str]) -> None:
    found = problems(play("read_api_endpoint", {"endpoint": "list_phone_numbers", **given}, documented))
    assert found == dict.fromkeys(named, "list_phone_numbers is a tool: give it in arguments.")
    assert not play("read_api_endpoint", {"endpoint": "list_phone_numbers"}, documented).result.is_error


def test_a_view_that_a_tool_called_by_name_does_not_have_is_refused() -> None:
    found = problems(play("read_api_endpoint", {"endpoint": "get_balance", "page": "2", "page_size": 5}, documented))
    assert found == {"page": "get_balance has no page.", "page_size": "get_balance has no page_size."}


def test_a_second_page_of_an_operation_without_pages_is_refused() -> None:
    given = {"endpoint": "available_phone_numbers.list", "page": "2"}
    assert set(problems(play("read_api_endpoint", given, documented))) == {"page"}
    assert not play("read_api_endpoint", given | {"page": "+1"}, documented).result.is_error


def test_an_id_of_an_operation_is_named_with_its_place() -> None:
    given = {"endpoint": "messages.retrieve", "path": {"id": "../x"}}
    assert set(problems(play("read_api_endpoint", given, documented))) == {"path.id"}


def test_all_that_is_wrong_is_said_at_once() -> None:
    given = {"to": "no number", "media_urls": 7, "type": "FAX", "text": 7, "nonsense": True}
    assert set(problems(play("send_message", given, documented))) == set(given)


def test_a_list_given_as_json_text_is_taken() -> None:
    played = play("initiate_phone_number_order", {"phone_numbers": f'["{NUMBER}"]'}, documented)
    assert not played.result.is_error
    assert NUMBER.encode() in played.requests[0].content


def test_a_text_given_as_json_text_is_sent_as_it_is() -> None:
    played = play("send_message", MESSAGE | {"text": '["hello"]'}, documented)
    assert rb'"text":"[\"hello\"]"' in played.requests[-1].content


def test_an_argument_that_a_tool_gives_is_missed_with_the_tool_that_gives_it() -> None:
    told = 0
    for tool in CURATED:
        sources = {name: source_of(tool.arguments.fields[name][0]) for name in tool.required}
        tools = {name: source.tools for name, source in sources.items() if source and source.tools}
        if tools:
            remedy = play(tool, {}, documented).error["remedy"]
            assert any(f"Get {name} " in remedy and found[0] in remedy for name, found in tools.items()), tool.name
            told += 1
    assert told > 150


def test_whoever_calls_by_name_is_told_where_the_arguments_are_described() -> None:
    for name, caller, remedy in (
        ("messages.send", "write_api_endpoint", "describe_tool shows what messages.send takes, with an example."),
        ("get_invoice", "read_api_endpoint", "Get invoice_id from list_invoices."),
        ("create_verify_profile", "write_api_endpoint", "describe_tool shows what create_verify_profile takes"),
        ("messages.send", "read_api_endpoint", "Call it with write_api_endpoint."),
        ("messages.fly", "read_api_endpoint", "search_tools finds it by what it does."),
    ):
        assert play(caller, {"endpoint": name}, documented).error["remedy"].startswith(remedy)


def test_every_operation_says_of_what_it_lacks_where_that_is_from() -> None:
    lacking = 0
    for operation in Catalog.load().values():
        if not (needed := OperationAction(operation).required):
            continue
        with pytest.raises(InvalidArguments) as refused:
            OperationAction(operation).parse({"body": {}})
        assert "describe_tool" in str(refused.value.remedy)
        said = {problem.argument: problem.problem for problem in refused.value.problems}
        for name in operation.path_params:
            lacking += 1
            assert (hint(operation, ["path", name]) or "is required") in said[f"path.{name}"], operation.id
        assert said or not needed
    assert lacking > 800
