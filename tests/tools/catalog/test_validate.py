"""What is refused, and what the refusal tells."""

import copy

import pytest

from telnyx_tools.catalog import Catalog
from telnyx_tools.catalog.example import maximal, minimal
from telnyx_tools.catalog.query import flatten, nest
from telnyx_tools.catalog.validate import problems


def told(catalog: Catalog, id_: str, **arguments: object) -> list[str]:
    return [str(problem) for problem in problems(catalog[id_], **arguments)]  # type: ignore[arg-type]  # free keywords


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (None, ["body: a body is required, with to"]),
        ([], ["body: must be an object"]),
        ({}, ["body.to: is required: a string"]),
        ({"to": "+12025550123", "txt": "hello"}, ["body.txt: is not known; did you mean text"]),
        ({"to": 12025550123}, ["body.to: must be a string"]),
        ({"to": None}, ["body.to: null is not accepted here; leave it out"]),
        ({"to": "+12025550123", "type": "sms"}, ["body.type: must be one of SMS, MMS"]),
        ({"to": "+12025550123", "media_urls": "x"}, ["body.media_urls: must be a list"]),
        ({"to": "+12025550123", "media_urls": ["x", 1]}, ["body.media_urls[1]: must be a string"]),
        ({"to": "+12025550123", "auto_detect": "true"}, ["body.auto_detect: must be true or false"]),
        ({"to": "+12025550123", "send_at": None}, []),
        ({"to": "+12025550123", "from": "+12025550124", "text": ""}, []),
    ],
)
def test_a_message_body_is_checked(catalog: Catalog, body: object, expected: list[str]) -> None:
    assert told(catalog, "messages.send", body=body) == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"filter[status]": "active", "page[number]": "2", "page[size]": 250}, []),
        ({"filter": {"status": "active"}, "page": {"number": 2}}, []),
        ({"filter[voice.connection_name][contains]": "abc"}, []),
        ({"page[number]": "two"}, ["query.page[number]: must be a whole number"]),
        ({"filter[stauts]": "active"}, ["query.filter[stauts]: is not known; did you mean status"]),
        ({"page_size": 5}, ["query.page_size: is not known; did you mean page"]),
        ({"filter": "active"}, ["query.filter: must be an object"]),
        ({"filter": "a", "filter[status]": "active"}, ["query: filter[status] and filter cannot both be given"]),
    ],
)
def test_a_query_is_checked_nested_or_with_brackets(
    catalog: Catalog, query: dict[str, object], expected: list[str]
) -> None:
    assert told(catalog, "phone_numbers.list", query=query) == expected


@pytest.mark.parametrize("features", ["sms,voice", ["sms", "voice"], "sms"])
def test_a_list_in_a_query_may_be_written_with_commas(catalog: Catalog, features: object) -> None:
    assert told(catalog, "available_phone_numbers.list", query={"filter[features]": features}) == []


def test_each_item_of_a_list_in_a_query_is_checked(catalog: Catalog) -> None:
    [problem] = told(catalog, "available_phone_numbers.list", query={"filter[features]": "sms,tv"})
    assert problem.startswith("query.filter[features][1]: must be one of sms, mms, voice")


def test_path_values_are_required_and_checked(catalog: Catalog) -> None:
    assert told(catalog, "messages.retrieve") == ["path.id: is required: a string"]
    assert told(catalog, "portouts.update_status", path={"id": "1", "status": "maybe"}, body={"reason": "x"}) == [
        "path.status: must be one of authorized, rejected-pending"
    ]
    assert told(catalog, "voice_designs.delete_version", path={"id": "1", "version": "2"}) == []


def test_only_the_headers_of_the_operation_are_looked_at(catalog: Catalog) -> None:
    headers = {"host": "api.telnyx.com", "idempotency-key": "k"}
    assert told(catalog, "messages.send", headers=headers, body={"to": "+12025550123"}) == []
    assert told(catalog, "storage.cloudfs.create", headers={}, body={"name": "a", "region": "us-central-1"}) == [
        "headers.Idempotency-Key: is required: a string"
    ]


def test_a_body_where_none_is_taken_is_refused(catalog: Catalog) -> None:
    assert told(catalog, "balance.retrieve", body={"a": 1}) == ["body: this operation takes no body"]


def test_of_several_forms_the_likeliest_is_explained(catalog: Catalog) -> None:
    tool = {"type": "webhook", "webhook": {"name": "a", "description": "b"}}
    body = {"name": "Ann", "instructions": "Be kind", "tools": [tool]}
    assert told(catalog, "ai.assistants.create", body=body) == ["body.tools[0].webhook.url: is required: a string"]


def test_either_form_of_a_union_is_accepted(catalog: Catalog) -> None:
    assert told(catalog, "spend_limits.create", body={"product": "p", "amount": 5}) == []
    assert told(catalog, "spend_limits.create", body={"product": "p", "unlimited": True}) == []
    assert told(catalog, "spend_limits.create", body={"product": "p"}) == ["body.amount: is required: a number"]
    for loop in (3, "infinity"):
        body = {"audio_url": "https://example.com/a.mp3", "loop": loop}
        assert told(catalog, "calls.actions.start_playback", path={"call_control_id": "c"}, body=body) == []


def test_free_form_maps_take_any_name(catalog: Catalog) -> None:
    body = {"name": "Ann", "instructions": "Be kind", "dynamic_variables": {"anything": "x", "else": 1}}
    assert told(catalog, "ai.assistants.create", body=body) == []


def test_an_unknown_key_is_refused_by_every_operation(catalog: Catalog) -> None:
    for operation in catalog.values():
        given = maximal(operation)
        query = {**given.query, "no_such_key_zz": "1"}
        found = problems(operation, path=given.path, query=query, headers=given.headers, body=given.body)
        assert [problem.where for problem in found] == ["query.no_such_key_zz"], operation.id


def test_a_missing_required_key_is_named_by_every_operation(catalog: Catalog) -> None:
    checked = 0
    for operation in catalog.values():
        given = minimal(operation)
        body = operation.resolve(operation.body or {})
        for name in body.get("required", ()):
            less = copy.deepcopy(given.body)
            del less[name]
            found = problems(operation, path=given.path, query=given.query, headers=given.headers, body=less)
            assert [problem.where for problem in found] == [f"body.{name}"], operation.id
            checked += 1
    assert checked > 400


def test_a_problem_never_repeats_what_was_given(catalog: Catalog) -> None:
    secret = "KEY_do_not_show"
    for body in ({"to": [secret]}, {"to": {"a": secret}}, {"to": "+12025550123", "type": secret}):
        assert secret not in " ".join(told(catalog, "messages.send", body=body))


@pytest.mark.parametrize(
    ("given", "nested"),
    [
        ({"a": 1}, {"a": 1}),
        ({"a[b]": 1, "a[c][d]": 2}, {"a": {"b": 1, "c": {"d": 2}}}),
        ({"a": {"b": 1}, "a[c]": 2}, {"a": {"b": 1, "c": 2}}),
        ({"a[]": [1, 2]}, {"a": [1, 2]}),
        ({"metadata->assistant_id": "eq.1"}, {"metadata->assistant_id": "eq.1"}),
    ],
)
def test_brackets_are_nesting(given: dict[str, object], nested: dict[str, object]) -> None:
    assert nest(given) == nested
    assert nest(flatten(nested)) == nested


def test_a_key_given_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="twice"):
        nest({"a": {"b": 1}, "a[b]": 2})
