"""Numbers as people write them become E.164, or are refused with the form that is probably meant."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telnyx_tools.argument_errors import InvalidArguments
from telnyx_tools.registry import registry

SENT = {"from_number": "+12025550101", "text": "x"}


def parsed(tool: str, name: str, value: object, **others: object) -> Any:
    return registry().tools[tool].parse({name: value, **others})[name]


def refused(tool: str, name: str, value: object, **others: object) -> str:
    with pytest.raises(InvalidArguments) as caught:
        parsed(tool, name, value, **others)
    (problem,) = caught.value.problems
    assert problem.argument.split(".")[0] == name
    return problem.problem


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("+1 (312) 555-0123", "+13125550123"),
        ("+1.312.555.0123", "+13125550123"),
        ("0044 20 7946 0018", "+442079460018"),
        ("tel:+1-312-555-0123", "+13125550123"),
        ("TEL: +13125550123", "+13125550123"),
        ("+49 30/901820", "+4930901820"),
        ("\uff0b\uff11\uff13\uff11\uff12\uff15\uff15\uff15\uff10\uff11\uff12\uff13", "+13125550123"),
        ("\u202a+1\u00a0312\u2011555\u20110123\u202c", "+13125550123"),
        (["+13125550123"], "+13125550123"),
        ('["+1 312 555 0123"]', "+13125550123"),
        ("28849", "28849"),
        (28849, "28849"),
        ("\uff12\uff18\uff18\uff14\uff19", "28849"),
    ],
)
def test_a_number_is_understood_however_it_is_written(written: object, number: str) -> None:
    assert parsed("send_message", "to", written, **SENT) == number


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("(312) 555-0123", "+13125550123"),
        ("1-312-555-0123", "+13125550123"),
        (13125550123, "+13125550123"),
        ("442079460018", "+442079460018"),
        ("011 44 20 7946 0018", "+442079460018"),
        ("+44 (0)20 7946 0018", "+442079460018"),
        ("+1 312 555 0123 ext. 45", "+13125550123"),
        ("tel:+13125550123;ext=45", "+13125550123"),
    ],
)
def test_what_is_not_certain_is_refused_with_the_number_that_is_probably_meant(written: object, meant: str) -> None:
    assert f"Probably meant: {meant}." in refused("send_message", "to", written, **SENT)
    assert f"Probably meant: {meant}." in refused("lookup_number", "phone_number", written)


@pytest.mark.parametrize("written", ["020 7946 0018", "5550123", "288 49", "hello", "+", "", "+1" + " " * 2_000 + "x"])
def test_what_names_no_country_is_refused_with_the_form(written: str) -> None:
    said = refused("send_message", "to", written, **SENT)
    assert "+ and the country code" in said
    assert "Probably" not in said


@given(st.text("+0123456789 ().-/\u2010\u2212\uff10\uff11\uff19\uff0bx\u202a", max_size=24))
def test_no_text_passes_as_a_number_that_is_none(written: str) -> None:
    try:
        number = parsed("lookup_number", "phone_number", written)
    except InvalidArguments:
        return
    assert number[0] == "+"
    assert number[1:].isascii()
    assert number[1:].isdigit()
    assert parsed("lookup_number", "phone_number", number) == number


@pytest.mark.parametrize("sender", ["MyShop", "My Shop 1", "28849", "+12025550101"])
def test_a_sender_may_be_a_name_or_a_short_code(sender: str) -> None:
    assert parsed("send_message", "from_number", sender, to="+13125550123", text="x") == sender


@pytest.mark.parametrize("sender", ["3125550123", "13125550123", 13125550123])
def test_digits_are_no_name_of_a_sender(sender: object) -> None:
    assert "Probably meant: +13125550123" in refused("send_message", "from_number", sender, to="+13125550123", text="x")


@pytest.mark.parametrize(
    ("written", "called"),
    [
        ("sip:desk@example.com", "sip:desk@example.com"),
        ("+1 (202) 555-0123,123#", "+12025550123,123#"),
        ("sip:desk@example.com,1", "sip:desk@example.com,1"),
        ('["+1 202 555 0123", "sip:desk@example.com"]', ["+12025550123", "sip:desk@example.com"]),
        (["+1 202 555 0123", "sips:desk@example.com"], ["+12025550123", "sips:desk@example.com"]),
    ],
)
def test_a_call_goes_to_a_number_a_sip_uri_or_several(written: object, called: object) -> None:
    assert parsed("make_call", "to", written, from_number="+12025550101") == called


@pytest.mark.parametrize("party", ["desk", "sip:+1312@example.com", "3125550123@example.com", "1001", "anonymous"])
def test_calls_are_searched_by_whatever_a_party_was_called(party: str) -> None:
    assert parsed("list_recordings", "from_number", party) == party


@pytest.mark.parametrize("party", ["312-555-0123", "3125550123", "312-555-0123x45", "1-800-FLOWERS", "5550123"])
def test_calls_are_never_searched_by_a_number_without_its_country(party: str) -> None:
    assert "+ and the country code" in refused("list_recordings", "from_number", party)


@pytest.mark.parametrize("owned", ["1018465407679841783", "3a6e0f00-1111-4222-8333-444455556666", "1"])
def test_an_id_stands_for_a_number_as_it_is(owned: str) -> None:
    assert parsed("get_phone_number", "phone_number", owned) == owned


def test_a_number_in_place_of_its_id_is_understood_or_refused() -> None:
    assert parsed("get_phone_number", "phone_number", "+1 202 555 0101") == "+12025550101"
    assert "Probably meant: +12025550101" in refused("get_phone_number", "phone_number", "202-555-0101")


@pytest.mark.parametrize(
    ("tool", "argument", "written", "digits"),
    [
        ("list_available_phone_numbers", "area_code", 312, "312"),
        ("list_available_phone_numbers", "area_code", "(312)", "312"),
        ("list_available_phone_numbers", "contains", "555-01", "55501"),
        ("list_phone_numbers", "phone_number", 2025550101, "2025550101"),
        ("list_phone_numbers", "phone_number", "0044 20 7946 0018", "442079460018"),
        ("list_phone_numbers", "phone_number", "+1 (202)", "1202"),
    ],
)
def test_part_of_a_number_is_its_digits(tool: str, argument: str, written: object, digits: str) -> None:
    assert parsed(tool, argument, written) == digits


@pytest.mark.parametrize(
    ("tool", "argument", "written"),
    [
        ("list_available_phone_numbers", "starts_with", "+1 312"),
        ("list_available_phone_numbers", "area_code", "Chicago"),
        ("list_phone_numbers", "phone_number", "020 7946 0018"),
        ("list_phone_numbers", "phone_number", "x"),
    ],
)
def test_what_is_part_of_no_number_is_refused(tool: str, argument: str, written: str) -> None:
    assert refused(tool, argument, written)


@pytest.mark.parametrize(
    ("tool", "argument"), [("get_phone_number", "phone_number"), ("get_message", "message_id"), ("send_message", "to")]
)
def test_an_id_that_came_as_a_large_number_may_have_lost_digits(tool: str, argument: str) -> None:
    others = SENT if tool == "send_message" else {}
    assert "must be text" in refused(tool, argument, 1018465407679841783, **others).lower()


def test_a_code_that_may_begin_with_zero_is_text() -> None:
    given = {"verify_profile_id": "x", "phone_number": "+13125550123"}
    assert refused("check_verification_code", "code", 123456, **given)
    assert parsed("check_verification_code", "code", "012345", **given) == "012345"


def test_several_numbers_come_as_a_list_as_json_or_as_text() -> None:
    wanted = ["+12025550101", "+12025550102"]
    for written in (wanted, "+1 202 555 0101, +1 202 555 0102", '["+12025550101", "+1 (202) 555-0102"]'):
        assert parsed("verify_number_ownership", "phone_numbers", written) == wanted
    assert parsed("verify_number_ownership", "phone_numbers", "+12025550101") == ["+12025550101"]


def test_several_recipients_of_a_tool_that_takes_one_are_refused() -> None:
    assert "call again for each" in refused("send_message", "to", ["+13125550123", "+13125550124"], **SENT)


def test_several_numbers_inside_an_object_come_in_the_same_ways() -> None:
    given = {"name": "abc", "whitelisted_destinations": ["US"]}
    wanted = ["+12025550101", "+12025550102"]
    for written in (wanted, "+1 202 555 0101; +1 202 555 0102", '["+12025550101", "+12025550102"]'):
        kept = {"call_recording_type": "by_caller_phone_number", "call_recording_caller_phone_numbers": written}
        arguments = registry().tools["create_outbound_voice_profile"].parse({"call_recording": kept, **given})
        recording: Any = arguments["call_recording"]
        assert recording.call_recording_caller_phone_numbers == wanted
