"""Events of Telnyx, read into the one form."""

from typing import Any

from telnyx_tools.shared.telnyx_events import LONGEST, LONGEST_TEXT, from_message, from_order, from_record, from_webhook
from telnyx_tools.tool.event import Event

PERSON, OURS = "+13125550123", "+13125550100"
AT = "2026-11-28T12:00:00.250+00:00"


def told(name: str, payload: dict[str, Any], **more: Any) -> Event:
    event = from_webhook({"data": {"id": "e1", "event_type": name, "occurred_at": AT, "payload": payload, **more}})
    assert event is not None
    return event


def test_each_type_has_its_name_and_every_other_keeps_telnyxs() -> None:
    to = [{"phone_number": PERSON, "status": "delivered"}]
    cases: list[tuple[str, dict[str, Any], str]] = [
        ("message.received", {"type": "SMS", "direction": "inbound"}, "message.received"),
        ("message.received", {"type": "WHATSAPP", "direction": "inbound"}, "whatsapp.message_received"),
        ("message.sent", {"to": to}, "message.sent"),
        ("message.finalized", {"to": to}, "message.delivered"),
        ("message.finalized", {"to": [{"status": "delivery_failed"}]}, "message.failed"),
        ("message.finalized", {"to": [{"status": "delivery_unconfirmed"}]}, "message.failed"),
        ("call.initiated", {"direction": "incoming"}, "call.incoming"),
        ("call.initiated", {"direction": "outgoing"}, "call.initiated"),
        ("call.answered", {}, "call.answered"),
        ("call.gather.ended", {}, "call.digits"),
        ("call.dtmf.received", {}, "call.key"),
        ("call.hangup", {}, "call.ended"),
        ("call.speak.ended", {}, "call.speak.ended"),
        ("number_order.complete", {"status": "success"}, "number_order.completed"),
        ("number_order.complete", {"status": "failure"}, "number_order.failed"),
        ("verify.delivered", {"status": "pending"}, "verify.delivered"),
        ("verify.anything", {"status": "accepted"}, "verification.completed"),
        ("verify.anything", {"status": "expired"}, "verification.failed"),
        ("fax.delivered", {}, "fax.delivered"),
    ]
    assert [(name, told(name, payload).type) for name, payload, _ in cases] == [(a, c) for a, _, c in cases]


def test_the_events_of_one_verification_share_an_id_and_are_different_happenings() -> None:
    delivered = told("verify.delivered", {"id": "v1", "status": "pending"})
    completed = told("verify.delivered", {"id": "v1", "status": "accepted"})
    assert delivered.id == completed.id
    assert delivered.subject != completed.subject


def test_what_is_polled_is_the_same_happening_as_what_a_webhook_tells() -> None:
    message = {"id": "m1", "direction": "outbound", "to": [{"phone_number": PERSON, "status": "delivered"}]}
    polled = from_message({**message, "completed_at": AT})
    assert polled is not None
    assert polled.subject == told("message.finalized", message).subject
    record = from_record({"uuid": "m2", "direction": "inbound", "cli": PERSON, "cld": OURS, "created_at": AT})
    received = told("message.received", {"id": "m2", "direction": "inbound", "type": "SMS"})
    assert record is not None
    assert record.subject == received.subject
    order = from_order({"id": "o1", "status": "success", "updated_at": AT})
    assert order is not None
    assert order.subject == told("number_order.complete", {"id": "o1", "status": "success"}).subject


def test_what_is_under_way_is_no_event_yet() -> None:
    assert from_message({"id": "m1", "direction": "outbound", "to": [{"status": "sent"}], "completed_at": None}) is None
    assert from_order({"id": "o1", "status": "pending"}) is None
    assert from_record({"uuid": "m1", "direction": "outbound"}) is None


def test_the_text_of_a_stranger_is_kept_our_own_is_not_and_neither_are_codes() -> None:
    inbound = {"id": "m1", "direction": "inbound", "from": {"phone_number": PERSON}, "text": "x" * 10_000}
    event = told("message.received", inbound)
    assert event.text == "x" * LONGEST_TEXT
    assert told("message.finalized", {"id": "m1", "direction": "outbound", "text": "our words"}).text is None
    verification = told("verify.delivered", {"id": "v1", "custom_code": "25565", "phone_number": PERSON})
    assert "25565" not in verification.model_dump_json()
    whatsapp = {"id": "m2", "type": "WHATSAPP", "direction": "inbound", "body": {"text": {"body": "Hola"}}}
    assert told("message.received", whatsapp).text == "Hola"


def test_moments_compare_as_texts_whatever_their_zone() -> None:
    assert told("call.answered", {}).occurred_at == "2026-11-28T12:00:00.250000Z"
    early = told("call.answered", {}, occurred_at="2026-11-28T13:00:00+02:00")
    assert early.occurred_at < told("call.answered", {}).occurred_at


def test_odd_values_are_bounded_and_break_nothing() -> None:
    odd: list[Any] = [
        None,
        1,
        1.5,
        True,
        "x" * 9_000,
        [],
        [1],
        {},
        {"a": {"b": [None]}},
        "\ud800",
        "\0",
        {"a": "\udfff"},
    ]
    names = ("message.received", "message.finalized", "call.hangup", "number_order.complete", "verify.sent", "x")
    fields = ("from", "to", "text", "body", "errors", "direction", "status", "digits", "result", "id", "occurred_at")
    for name in names:
        for field in fields:
            for value in odd:
                event = from_webhook({"data": {"id": "e", "event_type": name, "payload": {field: value}}})
                assert event is None or (len(event.id) <= LONGEST and len(event.model_dump_json()) < 10_000)
    for value in odd:
        assert from_webhook(value) is None
        assert from_webhook({"data": value, "metadata": value}) is None
