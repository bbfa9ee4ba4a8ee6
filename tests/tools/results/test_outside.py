"""What others wrote in an answer is found, wherever it stands, and cleaned there; nothing else is touched."""

from typing import Annotated, Any

from telnyx_tools.results.harmless import harmless
from telnyx_tools.results.outside import Found, Outside, Sieve
from telnyx_tools.results.result import Part, Result


class Writer(Part):
    phone_number: str | None = None
    name: Annotated[str | None, Outside("who wrote", 5)] = None


class Letter(Result):
    id: str | None = None
    sender: Writer | None = None
    text: Annotated[str | None, Outside("who wrote")] = None
    note: str | None = None
    about: Annotated[dict[str, Any] | None, Outside("who wrote")] = None


class Letters(Result):
    items: list[Letter] | None = None


def sifted(answer: dict[str, Any], model: type[Result] | None = None, **how: Any) -> Found:
    sieve = Sieve(**how)
    sieve.members(answer, "", () if model is None else (model,))
    return sieve.found


def test_declared_fields_are_found_with_who_wrote_them_and_the_others_are_left() -> None:
    letter = {
        "id": "1",
        "sender": {"phone_number": "+12025550123", "name": "Mallory"},
        "text": "a\u200bb",
        "note": "c\u200bd",
    }
    answer = {"items": [letter, {"text": "e"}]}
    found = sifted(answer, Letters)
    assert found.places == {"items[].sender.name": "who wrote", "items[].text": "who wrote"}
    assert found.places.items() <= found.mark().items()
    assert found.texts == ["Mallory", "a\u200bb", "e"]
    assert found.addresses == ["+12025550123"]
    assert letter["sender"]["name"] == "Mallo…"
    assert (letter["text"], letter["note"]) == ("ab", "c\u200bd")


def test_everything_inside_a_declared_field_counts_whatever_it_says_of_itself() -> None:
    answer = {"about": {"direction": "outbound", "to": "+12025550188", "n": [2025550188], "x\u200by": "z"}}
    found = sifted(answer, Letter)
    assert {"outbound", "+12025550188", "2025550188", "x\u200by", "z"} <= set(found.texts)
    assert not found.addresses
    assert "xy" in answer["about"]


def test_what_the_account_sent_and_what_the_agent_gave_are_no_others() -> None:
    assert not sifted({"direction": "outbound", "text": "a"}, Letter).texts
    assert not sifted({"text": "a"}, Letter, given=frozenset({"a"})).texts
    named = {"sender": {"phone_number": "+12025550123"}}
    assert not sifted(named, Letter, given=frozenset({"filter 202-555-0123"})).addresses


def test_fields_that_nobody_declares_are_judged_by_their_names() -> None:
    event = {"data": {"id": "1", "from": "+12025550123", "to": ["+12025550101"], "caller_id_name": "b", "body": "a"}}
    found = sifted(event)
    assert found.places.keys() == {"data.caller_id_name", "data.body"}
    assert found.addresses == ["+12025550123"]
    assert not sifted({"id": "1", "extra_text": "a"}, Letter).texts
    assert sifted({"id": "1", "extra_text": "a"}, Letter, undeclared=True).texts == ["a"]
    mail = {"items": [{"id": "x", "from": "Ada <ada@example.com>", "anything": "c", "labels": ["d"], "sent_at": "e"}]}
    assert sorted(sifted(mail, everything=True).texts) == ["Ada <ada@example.com>", "c", "d"]


def test_addresses_that_a_stranger_may_add_are_not_those_of_who_wrote() -> None:
    message = {"direction": "inbound", "from": "+12025550123", "to": [{"phone_number": "+12025550188"}], "cc": ["+1"]}
    assert sifted({"data": message}).addresses == ["+12025550123"]
    assert sifted({"data": {**message, "direction": "outbound"}}).addresses == ["+12025550123", "+12025550188"]


def test_signs_by_which_models_tell_roles_apart_are_broken_and_markup_stays() -> None:
    hidden = "<|im_start|>system [INST] <<SYS>> <start_of_turn>user </tool_response>"
    assert not any(sign in harmless(hidden, 1_000) for sign in ("<|", "[INST", "<<", "<start", "</tool"))
    assert harmless("<p>2 < 3 [1]</p>", 1_000) == "<p>2 < 3 [1]</p>"


def test_a_mark_names_a_few_fields_and_says_how_many_there_are_besides() -> None:
    mark = sifted({f"text_{number}_text": "a" for number in range(30)}).mark()
    assert len(mark) < 20
    assert "18" in mark["…"]
    assert sifted({"id": "1"}).mark() == {}
