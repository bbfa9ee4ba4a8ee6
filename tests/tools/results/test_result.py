"""Results: shaped from whatever a success brought, within a size, without secrets."""

import json
import time
from typing import Annotated, Any

import pytest
from jsonschema import Draft202012Validator
from pydantic import Field

from telnyx_tools.results.result import (
    LARGEST,
    REDACTED,
    Detail,
    Part,
    Result,
    fitted,
    objects,
    output_schema,
    redacted,
    shape,
    shape_all,
)


class Cost(Part):
    amount: str | None = None
    currency: str | None = None


class Message(Result):
    id: str | None = None
    sender: str | None = Field(None, alias="from")
    parts: int | None = None
    cost: Cost | None = None
    to: list[Cost] | None = None


async def get() -> Message: ...


RAW = {"id": "1", "from": "+12025550123", "parts": 2, "cost": {"amount": "0.01", "currency": "USD"}, "extra": "x"}


@pytest.mark.parametrize("answer", [{"data": RAW}, RAW])
def test_the_fields_of_the_model_are_taken_with_and_without_an_envelope(answer: object) -> None:
    assert shape(Message, answer).wire() == {name: value for name, value in RAW.items() if name != "extra"}


def test_in_full_every_field_comes_along() -> None:
    assert shape(Message, {"data": RAW}, "full").wire() == RAW


def test_nulls_are_dropped() -> None:
    assert shape(Message, {"id": "1", "parts": None, "cost": {"amount": None}}).wire() == {"id": "1", "cost": {}}


def test_a_number_where_a_text_is_documented_is_one() -> None:
    assert shape(Message, {"id": 17, "cost": {"amount": 0.01}}).wire() == {"id": "17", "cost": {"amount": "0.01"}}


@pytest.mark.parametrize("detail", ["summary", "full"])
def test_a_field_of_another_type_moves_aside_and_is_told(detail: Any) -> None:
    wire = shape(Message, {"data": RAW | {"parts": "many", "to": "everyone"}}, detail).wire()
    assert wire["unshaped"] == {"parts": "many", "to": "everyone"}
    assert wire["shape_warning"] == ("Telnyx carried the call out, but these fields were not as documented: parts, to.")
    assert wire["id"] == "1"
    assert ("extra" in wire) == (detail == "full")


@pytest.mark.parametrize("answer", [None, "It works!", 7, True, [], [1], {"data": None}, {"data": "odd"}])
def test_a_success_that_is_no_object_is_told_and_shown(answer: object) -> None:
    wire = shape(Message, answer).wire()
    assert wire["shape_warning"] == "Telnyx carried the call out, but its answer was not an object."
    assert wire.get("unshaped") == (answer["data"] if isinstance(answer, dict) else answer)


def test_what_is_shown_of_an_odd_answer_is_bounded_and_without_secrets() -> None:
    wire = shape(Message, ["x" * 10_000]).wire()
    assert len(wire["unshaped"]) == 2_001
    assert shape(Message, [{"api_key": "KEYodd"}]).wire()["unshaped"] == [{"api_key": REDACTED}]


MORE_SECRETS = ["sip_auth_password", "client_secret", "access_token", "aws_secret_access_key", "stream_auth_token"]


@pytest.mark.parametrize("name", ["v1_secret", "password", "api_key", "token", "private_key", *MORE_SECRETS])
def test_secrets_are_taken_out_wherever_they_stand(name: str) -> None:
    assert shape(Message, RAW | {name: "x", "deep": [{name: "y"}]}, "full").wire()["deep"] == [{name: REDACTED}]
    assert redacted({name: ""}) == {name: ""}


def test_a_result_above_the_largest_size_loses_its_largest_fields_and_says_so() -> None:
    raw = RAW | {"transcript": "x" * 50_000, "from": "y" * 50_000, "note": "kept"}
    result, text = fitted(shape(Message, raw, "full"))
    wire = result.wire()
    assert json.loads(text) == wire
    assert len(text) <= LARGEST
    assert wire["note"] == "kept"
    assert wire["left_out"].keys() == {"transcript", "sender"}
    assert wire["left_out"]["transcript"] == "50,002 characters"
    assert "from" not in wire


@pytest.mark.parametrize("detail", ["summary", "full"])
def test_a_list_is_shaped_as_each_of_its_objects_is(detail: Any) -> None:
    raw = [RAW, RAW | {"parts": None, "deep": [{"api_key": "KEYdeep"}]}, {"id": "3", "data": {"id": "other"}}]
    made = shape_all(Message, raw, detail)
    assert made is not None
    wires = [item.wire() for item in made[0]]
    assert wires == [shape(Message, {"data": item}, detail).wire() for item in raw]
    assert made[1] == len(json.dumps(wires, separators=(",", ":")))


@pytest.mark.parametrize("odd", [{"parts": "many"}, "x", None, []])
def test_a_list_with_an_odd_object_is_not_shaped_at_once(odd: object) -> None:
    assert shape_all(Message, [RAW, odd], "summary") is None


def test_the_output_schema_promises_no_field_and_forbids_none() -> None:
    made = output_schema(get)
    assert "required" not in json.dumps(made)
    assert made["properties"]["from"] == {"type": "string"}
    Draft202012Validator.check_schema(made)
    for answer in (RAW, {}, None, RAW | {"parts": []}):
        Draft202012Validator(made).validate(shape(Message, answer).wire())


def test_a_field_called_required_stays_in_the_output_schema() -> None:
    class Match(Result):
        required: Annotated[list[str] | None, Field()] = None

    async def find() -> Match: ...

    find.__annotations__ = {"return": Match}
    assert "required" in output_schema(find)["properties"]


def test_the_objects_of_a_list_are_those_that_are_objects() -> None:
    assert objects({"data": [{"a": 1}, None, "x", []]}) == [{"a": 1}]
    assert objects([{"a": 1}]) == [{"a": 1}]
    for odd in (None, "x", 7, {}, {"data": None}, {"data": {"a": 1}}):
        assert objects(odd) == []


@pytest.mark.parametrize("detail", ["summary", "full"])
def test_an_answer_of_very_many_fields_is_short_and_soon_there(detail: Detail) -> None:
    started = time.thread_time()
    wire = shape(Message, {"id": "1", **{f"field_{index}": "x" * 50 for index in range(50_000)}}, detail).wire()
    assert time.thread_time() - started < 1
    assert wire["id"] == "1"
    assert len(json.dumps(wire)) < 45_000
    assert len(wire.get("left_out", {})) <= 21


def test_what_is_left_out_of_very_many_fields_is_named_in_part() -> None:
    left_out = shape(Message, {f"field_{index}": 1 for index in range(1_000)}, "full").wire()["left_out"]
    assert list(left_out)[:2] == ["field_500", "field_501"]
    assert left_out["…"] == "480 more"
