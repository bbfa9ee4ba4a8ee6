"""Arguments: read from the signature, and refused so that the agent can mend them."""

from typing import Annotated, Any, Literal

import pytest
from pydantic import Field

from telnyx_tools.api.client import Telnyx
from telnyx_tools.api.errors import ApiError, ErrorItem, InvalidArgument
from telnyx_tools.argument_errors import MOST_PROBLEMS, InvalidArguments
from telnyx_tools.results.result import Done
from telnyx_tools.tool.arguments import Arguments
from telnyx_tools.tool.bodies import OMITTED, Change, Given, NewValue, changed, present
from telnyx_tools.tool.types import E164, Day, MessagingProfileId, Moment, PhoneNumber, TextOrEmpty, Url


class Pool(Given):
    weight: float
    sticky_sender: bool = False


class Ring(Given):
    numbers: list[str]


async def send(
    telnyx: Telnyx,
    to: E164,
    text: str = "",
    kind: Literal["SMS", "MMS"] | None = None,
    media_urls: Annotated[list[Url], Field(max_length=2)] = [],
    pool: Pool | None = None,
    target: Pool | Ring | None = None,
    page_size: Annotated[int, Field(ge=1, le=250)] = 20,
) -> None: ...


async def update(
    name: NewValue[str] = OMITTED,
    url: Change[Url] = OMITTED,
    tags: Annotated[Change[list[str]], Field(description="replaces all")] = OMITTED,
    pool: Change[Pool] = OMITTED,
    day: Day | None = None,
) -> None: ...


class Forwarding(Given):
    enabled: bool
    forwards_to: E164 | None = None
    label: str | None = None
    greeting: TextOrEmpty | None = None


async def forward(forwarding: Forwarding, more: list[Forwarding] = []) -> None: ...


SEND, UPDATE = Arguments.of(send), Arguments.of(update)
TO = "+12025550123"


def problems(arguments: Arguments, given: dict[str, Any]) -> dict[str, str]:
    with pytest.raises(InvalidArguments) as caught:
        arguments.parse(given)
    return {problem.argument: problem.problem for problem in caught.value.problems}


def test_what_the_server_gives_is_not_in_the_schema() -> None:
    assert list(SEND.injected) == ["telnyx"]
    assert "telnyx" not in SEND.schema["properties"]
    assert SEND.schema["required"] == ["to"]
    assert SEND.schema["additionalProperties"] is False


def test_arguments_that_fit_are_given_with_their_defaults() -> None:
    parsed = SEND.parse({"to": TO, "pool": {"weight": 2}})
    assert parsed == {
        "to": TO,
        "text": "",
        "kind": None,
        "media_urls": [],
        "pool": Pool(weight=2),
        "target": None,
        "page_size": 20,
    }


def test_defaults_are_not_shared_between_calls() -> None:
    first, second = SEND.parse({"to": TO}), SEND.parse({"to": TO})
    assert first["media_urls"] is not second["media_urls"]


def test_an_unknown_argument_is_refused_with_the_nearest_and_all_valid_names() -> None:
    found = problems(SEND, {"to": TO, "txt": "hello"})
    valid = "to, text, kind, media_urls, pool, target, page_size"
    assert found == {"txt": f"Unknown argument. Did you mean text? Valid: {valid}."}


def test_an_unknown_argument_within_an_object_is_refused_with_the_names_of_that_object() -> None:
    found = problems(SEND, {"to": TO, "pool": {"weight": 1, "sticky": True}})
    assert found == {"pool.sticky": "Unknown argument. Did you mean sticky_sender? Valid: weight, sticky_sender."}


def test_an_unknown_argument_within_one_of_several_forms_is_refused_with_the_names_of_all() -> None:
    found = problems(SEND, {"to": TO, "target": {"wight": 1}})
    assert "Unknown argument. Did you mean weight? Valid: weight, sticky_sender, numbers." in found.values()


def test_a_value_in_the_wrong_form_is_refused_with_the_right_one() -> None:
    found = problems(SEND, {"to": "2025550123"})
    assert "E.164, like +13125550123" in found["to"]


def test_digits_are_those_that_a_network_dials() -> None:
    assert "to" in problems(SEND, {"to": "+1\u0662\u0660\u06625550123"})


def test_a_missing_argument_is_named() -> None:
    assert "required" in problems(SEND, {})["to"]


def test_everything_that_is_wrong_is_said_at_once() -> None:
    found = problems(SEND, {"to": 5, "page_size": 100_000, "kind": "FAX", "media_urls": ["ftp://x"]})
    assert set(found) == {"to", "page_size", "kind", "media_urls.0"}
    assert "less than or equal to 250" in found["page_size"]
    assert "'SMS' or 'MMS'" in found["kind"]


def test_a_flood_of_wrong_arguments_gets_a_short_answer() -> None:
    flood = {f"argument_{number}": "x" * 1_000 for number in range(10_000)} | {"y" * 100_000: 1}
    with pytest.raises(InvalidArguments) as caught:
        SEND.parse({"to": TO} | flood)
    described = caught.value.describe()
    assert len(caught.value.problems) == MOST_PROBLEMS
    assert len(str(described)) < 10_000


@pytest.mark.parametrize(("text", "value"), [('["https://example.com/a"]', ["https://example.com/a"]), (" [] ", [])])
def test_a_list_may_come_as_json_text(text: str, value: list[str]) -> None:
    assert SEND.parse({"to": TO, "media_urls": text})["media_urls"] == value


def test_an_object_may_come_as_json_text() -> None:
    assert SEND.parse({"to": TO, "pool": '{"weight": 1}'})["pool"] == Pool(weight=1)
    assert UPDATE.parse({"pool": '{"weight": 1}'})["pool"] == Pool(weight=1)
    assert SEND.parse({"to": TO, "target": '{"numbers": []}'})["target"] == Ring(numbers=[])


def test_a_list_that_can_be_cleared_may_come_as_json_text() -> None:
    assert UPDATE.parse({"tags": '["front desk"]'})["tags"] == ["front desk"]


def test_the_one_item_of_a_list_may_come_alone() -> None:
    assert UPDATE.parse({"tags": "front desk"})["tags"] == ["front desk"]


def test_what_is_wrong_is_said_without_the_names_that_classes_have_in_here() -> None:
    assert problems(SEND, {"to": TO, "pool": 7}) == {"pool": "Give an object."}


@pytest.mark.parametrize("text", ["[1, 2", "[" * 100_000])
def test_text_that_is_no_json_is_refused_as_what_it_is(text: str) -> None:
    assert "valid list" in problems(SEND, {"to": TO, "media_urls": text})["media_urls"]


@pytest.mark.parametrize("given", [{"text": "cut \ud83d"}, {"media_urls": ["cut \ud83d"]}])
def test_half_an_emoji_is_refused_by_the_name_of_its_argument(given: dict[str, object]) -> None:
    found = problems(SEND, {"to": TO, **given})
    assert found == dict.fromkeys(given, "It holds half of a surrogate pair; it is not valid text.")


@pytest.mark.parametrize("text", ['["x"]', '{"a": 1}', "null", "7"])
def test_a_text_that_looks_like_json_stays_a_text(text: str) -> None:
    assert SEND.parse({"to": TO, "text": text})["text"] == text


def test_null_is_an_argument_left_out() -> None:
    assert SEND.parse({"to": TO, "text": None, "page_size": None})["page_size"] == 20
    assert UPDATE.parse({"name": None})["name"] is OMITTED
    assert "required" in problems(SEND, {"to": None})["to"]


def test_an_empty_text_is_an_argument_left_out_where_it_means_nothing() -> None:
    given = {"to": TO, "kind": "", "media_urls": "", "pool": "", "page_size": ""}
    assert SEND.parse(given) == SEND.parse({"to": TO})
    assert problems(SEND, {"to": ""}).keys() == {"to"}


@pytest.mark.parametrize("blank", [None, ""])
def test_a_member_of_an_object_that_is_null_or_empty_is_left_out(blank: object) -> None:
    inside = {"enabled": True, "forwards_to": blank, "label": blank, "greeting": blank}
    parsed = Arguments.of(forward).parse({"forwarding": inside, "more": [inside]})
    kept = {"enabled": True} | ({"greeting": ""} if blank == "" else {})
    assert present(parsed) == {"forwarding": kept, "more": [kept]}


def test_null_in_free_json_is_the_callers() -> None:
    async def remember(variables: dict[str, Any]) -> None: ...

    variables = {"name": None, "note": "", "deep": {"x": None}}
    assert Arguments.of(remember).parse({"variables": variables}) == {"variables": variables}


@pytest.mark.parametrize("blank", [None, "", []])
def test_an_update_of_every_property_clears_none_that_is_null_or_empty(blank: object) -> None:
    parsed = UPDATE.parse({"name": "ops", "url": None, "tags": "", "pool": None, "day": "", "clear": blank})
    assert parsed == UPDATE.parse({"name": "ops"})


def test_an_update_clears_the_fields_that_it_is_told_to() -> None:
    parsed = UPDATE.parse({"clear": ["url"], "tags": None})
    assert (parsed["url"], parsed["tags"]) == (None, OMITTED)
    assert changed({"url": parsed["url"], "tags": parsed["tags"]}) == {"url": None}
    assert UPDATE.given(parsed, "url")
    assert UPDATE.parse({"clear": "url"}) == UPDATE.parse({"clear": '["url"]'}) == parsed


def test_a_field_with_a_value_is_not_cleared_as_well() -> None:
    given = {"url": "https://example.com", "clear": ["url", "tags"]}
    assert problems(UPDATE, given) == {"url": "Give a value or clear the field, not both."}


def test_what_can_be_cleared_is_in_the_schema_and_null_is_not() -> None:
    assert UPDATE.schema["properties"]["clear"]["items"]["enum"] == ["url", "tags", "pool"]
    assert problems(UPDATE, {"clear": ["name"]}).keys() == {"clear.0"}
    assert "clear" not in SEND.schema["properties"]
    assert "null" not in str((SEND.schema, UPDATE.schema))


def test_the_result_of_an_update_names_what_it_set_and_cleared() -> None:
    changed = UPDATE.with_changes(Done(id="1"), UPDATE.parse({"name": "ops", "clear": ["url"]}))
    assert changed.wire() == {"id": "1", "updated": ["name"], "cleared": ["url"]}
    assert SEND.with_changes(Done(id="1"), SEND.parse({"to": TO})).wire() == {"id": "1"}


def test_an_update_of_nothing_is_refused_with_what_could_be_changed() -> None:
    with pytest.raises(InvalidArguments) as caught:
        changed({"name": OMITTED, "url": OMITTED})
    assert "name, url" in caught.value.problems[0].problem


def test_a_body_holds_what_was_given_of_objects_and_their_lists() -> None:
    fields = {"pool": Pool(weight=1), "each": [Pool(weight=2, sticky_sender=True)], "none": None, "text": ""}
    assert present(fields) == {
        "pool": {"weight": 1.0},
        "each": [{"weight": 2.0, "sticky_sender": True}],
        "text": "",
    }


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ("2026-03-01T15:00:00-05:00", "2026-03-01T20:00:00Z"),
        ("2026-03-01T20:00:00Z", "2026-03-01T20:00:00Z"),
        ("2026-03-01 20:00:00.5+00:00", "2026-03-01T20:00:00Z"),
    ],
)
def test_a_moment_is_sent_in_utc(given: str, sent: str) -> None:
    async def at(when: Moment) -> None: ...

    assert Arguments.of(at).parse({"when": given}) == {"when": sent}


@pytest.mark.parametrize("given", ["tomorrow", "2026-03-01T15:00:00", "9999-12-31T23:59:59-05:00", ""])
def test_a_moment_without_its_place_in_time_is_refused(given: str) -> None:
    async def at(when: Moment) -> None: ...

    assert "2026-03-01T15:00:00-05:00" in problems(Arguments.of(at), {"when": given})["when"]


def test_the_error_of_bad_arguments_says_that_nothing_was_sent() -> None:
    with pytest.raises(InvalidArguments) as caught:
        SEND.parse({})
    described = caught.value.describe()
    assert described["code"] == "invalid_arguments"
    assert "nothing was sent" in str(described["title"])


async def ring(to: E164 | Annotated[list[E164], Field(min_length=1)]) -> None: ...


def test_what_may_be_one_thing_or_another_is_named_by_its_argument_alone() -> None:
    assert problems(Arguments.of(ring), {"to": "0202"}).keys() == {"to"}
    assert problems(Arguments.of(ring), {"to": [TO, "0202"]}).keys() == {"to", "to.1"}


async def rename(folder_id: str, file_id: str, names: list[str]) -> None: ...


async def assign(
    telnyx: object,
    phone_number: PhoneNumber,
    messaging_profile_id: Change[MessagingProfileId] = OMITTED,
    text: str = "",
) -> None: ...


@pytest.mark.parametrize(
    ("pointer", "named"),
    [(None, ["phone_number", "messaging_profile_id"]), ("/messaging_profile_id", ["messaging_profile_id"])],
)
def test_an_id_of_nothing_is_told_with_where_ids_come_from(pointer: str | None, named: list[str]) -> None:
    error = ApiError("PATCH /x", 404, [ErrorItem("10005", "Not found", pointer=pointer)])
    given = {"phone_number": "1", "messaging_profile_id": "2", "text": "from list_things"}
    said = Arguments.of(assign).remedy(error, given)
    assert said is not None
    assert said.startswith(f"Check {named[0]} (")
    assert "from list_messaging_profiles" in said
    assert [name for name in given if f"{name} (" in said] == named


@pytest.mark.parametrize("code", ["40100", "10015"])
def test_an_error_that_is_not_about_an_id_has_its_own_remedy(code: str) -> None:
    error = ApiError("PATCH /x", 400, [ErrorItem(code, "Bad")])
    assert Arguments.of(assign).remedy(error, {"phone_number": "1"}) is None


def test_a_refused_value_is_told_under_the_name_that_the_tool_has_for_it() -> None:
    given: dict[str, Any] = {"phone_number": "../1", "tags": ["a,b"], "url": None}
    values = [(given["phone_number"], "phone_number"), (given["tags"][0], "tags"), (None, "id"), ("elsewhere", "id")]
    for refused, name in values:
        assert refused_name(given, refused) == name


def refused_name(given: dict[str, Any], value: object) -> str:
    (problem,) = Arguments.of(assign).refused(InvalidArgument("id", "Wrong.", value), given).problems
    assert problem.problem == "Wrong."
    return problem.argument


def test_of_two_arguments_with_the_same_value_the_refused_one_is_told() -> None:
    """Even if the client's JSON parser made one object of both."""
    text = "../1"
    given: dict[str, Any] = Arguments.of(rename).parse({"folder_id": text, "file_id": text, "names": [text]})
    values = [given["folder_id"], given["file_id"], given["names"][0]]
    assert [refused_name(given, value) for value in values] == ["folder_id", "file_id", "names"]
