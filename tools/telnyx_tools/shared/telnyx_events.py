"""Reads what Telnyx sends in webhooks and answers in lists into one form: `Event`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from telnyx_tools.tool.event import Event, moment, seconds, utc

Fields = Mapping[str, Any]

LONGEST_TEXT: Final = 4_000
"""The most characters of a message that an event holds; a tool reads the whole message."""
LONGEST: Final = 500

_NAMES: Final = {
    "call.answered": "call.answered",
    "call.hangup": "call.ended",
    "call.gather.ended": "call.digits",
    "call.dtmf.received": "call.key",
    "message.sent": "message.sent",
    "message.read": "message.read",
}
_FINAL: Final = {"delivered": "message.delivered", "read": "message.read"}
_ORDERS: Final = {"success": "number_order.completed", "failure": "number_order.failed"}
_VERIFICATIONS: Final = {
    "accepted": "verification.completed",
    "verified": "verification.completed",
    "expired": "verification.failed",
    "rejected": "verification.failed",
    "error": "verification.failed",
}
"""The event type for each final status of a verification. The events of a pending one are about the delivery of the
code and keep Telnyx's names."""
_KEPT: Final = (
    "call_control_id",
    "call_leg_id",
    "call_session_id",
    "connection_id",
    "messaging_profile_id",
    "recording_id",
    "hangup_cause",
    "digits",
    "status",
    "result",
)


def from_webhook(body: object) -> Event | None:
    """The event in the body of a webhook; None if there is none.

    It is inside `data`, or inside `metadata` as the Voice API has it, or it is the body itself.
    """
    if not isinstance(body, Mapping):
        return None
    metadata = body.get("metadata")
    for inner in (body.get("data"), metadata.get("event") if isinstance(metadata, Mapping) else None, metadata, body):
        if isinstance(inner, Mapping) and (event := from_event(inner)) is not None:
            return event
    return None


def from_event(raw: Fields) -> Event | None:
    """The event of `{"id", "event_type", "occurred_at", "payload"}`; None if the id or the type is missing."""
    name, id_, payload = raw.get("event_type"), raw.get("id"), raw.get("payload")
    if not isinstance(name, str) or not isinstance(id_, str) or not name or not id_:
        return None
    payload = payload if isinstance(payload, Mapping) else {}
    fields = {**_plain(payload), **_parts(name, payload)}
    occurred = utc(str(raw.get("occurred_at") or payload.get("occurred_at") or ""))
    return _event(id=id_[:LONGEST], type=_type(name, payload), occurred_at=occurred, **fields)


def from_message(message: Fields) -> Event | None:
    """The event that follows from the state of a message: received, delivered or failed; None while it is under way."""
    id_, recipients = str(message.get("id") or ""), message.get("to")
    statuses = [str(each.get("status")) for each in _objects(recipients)]
    inbound = message.get("direction") == "inbound"
    if not id_ or not (inbound or message.get("completed_at")):
        return None
    name = "message.received" if inbound else "message.finalized"
    at = utc(str(message.get("received_at" if inbound else "completed_at") or ""))
    fields = _parts(name, {**message, "to": recipients})
    event = _event(id=f"{name}:{id_}", type=_type(name, message), occurred_at=at, **fields)
    return event if inbound or statuses else None


def from_record(record: Fields) -> Event | None:
    """The event that follows from the detail record of a received message. Such a record has no text."""
    id_ = str(record.get("uuid") or record.get("id") or "")
    if not id_ or record.get("direction") != "inbound":
        return None
    return _event(
        id=f"message.received:{id_}",
        type="whatsapp.message_received" if record.get("message_type") == "WHATSAPP" else "message.received",
        occurred_at=utc(str(record.get("created_at") or "")),
        sender=record.get("cli"),
        to=record.get("cld"),
        message_id=id_,
        messaging_profile_id=record.get("profile_id"),
        status="received",
    )


def from_order(order: Fields) -> Event | None:
    """The event that follows from the state of a number order; None while it is under way."""
    id_, type_ = str(order.get("id") or ""), _ORDERS.get(str(order.get("status")))
    if not id_ or type_ is None:
        return None
    at = utc(str(order.get("updated_at") or order.get("created_at") or ""))
    return _event(
        id=f"number_order.complete:{id_}", type=type_, occurred_at=at, number_order_id=id_, status=order.get("status")
    )


def from_verification(verification: Fields) -> Event | None:
    """The event that follows from the state of a verification; None while it is under way."""
    id_, status = str(verification.get("id") or ""), str(verification.get("status") or "")
    type_ = _VERIFICATIONS.get(status)
    if not id_ or type_ is None:
        return None
    return _event(
        id=f"{type_}:{id_}",
        type=type_,
        occurred_at=_over_at(verification),
        verification_id=id_,
        to=verification.get("phone_number"),
        status=status,
    )


def _over_at(verification: Fields) -> str:
    """The moment at which a verification ended. `updated_at` does not change on expiry, so the expiry is computed."""
    changed = utc(str(verification.get("updated_at") or verification.get("created_at") or ""))
    began, lasts = seconds(str(verification.get("created_at") or "")), verification.get("timeout_secs")
    if verification.get("status") != "expired" or began is None or not isinstance(lasts, int):
        return changed
    return max(changed, moment(began + lasts))


def _type(name: str, payload: Fields) -> str:
    """The type of the event: a name of this server where it has one, else Telnyx's."""
    if name == "call.initiated":
        return "call.incoming" if payload.get("direction") in ("incoming", "inbound") else name
    if name == "message.received":
        return "whatsapp.message_received" if payload.get("type") == "WHATSAPP" else name
    if name == "message.finalized":
        return _FINAL.get(str(_first(payload.get("to")).get("status")), "message.failed")
    if name.startswith("number_order."):
        return _ORDERS.get(str(payload.get("status")), "number_order.updated")
    if name.startswith(("verify.", "verification.")):
        return _VERIFICATIONS.get(str(payload.get("status")), name)
    return _NAMES.get(name, name)[:LONGEST]


def _parts(name: str, payload: Fields) -> dict[str, Any]:
    """The fields that the events of one product have."""
    if name.startswith(("message.", "whatsapp.message")):
        return _of_message(payload)
    id_ = payload.get("id")
    if name.startswith("number_order."):
        return {"number_order_id": id_}
    if name.startswith(("verify.", "verification.")):
        return {"verification_id": id_ or payload.get("verification_id"), "to": payload.get("phone_number")}
    return {"sender": _number(payload.get("from")), "to": _number(payload.get("to"))}


def _of_message(payload: Fields) -> dict[str, Any]:
    recipient = _first(payload.get("to"))
    inbound = payload.get("direction") == "inbound"
    return {
        "message_id": payload.get("id"),
        "messaging_profile_id": payload.get("messaging_profile_id"),
        "sender": _number(payload.get("from")),
        "to": _number(payload.get("to")),
        "status": recipient.get("status") or ("received" if inbound else None),
        "text": _text(payload) if inbound else None,
        "error_codes": [str(error.get("code")) for error in _objects(payload.get("errors"))],
    }


def _text(payload: Fields) -> str | None:
    """The text of a message. A WhatsApp message has it in its body."""
    body = payload.get("body")
    inner = body.get("text") if isinstance(body, Mapping) else body
    found = payload.get("text") or (inner.get("body") if isinstance(inner, Mapping) else inner)
    return str(found)[:LONGEST_TEXT] if found else None


def _number(party: object) -> str | None:
    """The phone number of a party, or of the first of several parties."""
    if isinstance(party, str):
        return party
    found = party.get("phone_number") if isinstance(party, Mapping) else _first(party).get("phone_number")
    return str(found) if found else None


def _first(parties: object) -> Fields:
    return next(iter(_objects(parties if isinstance(parties, list) else [parties])), {})


def _objects(value: object) -> list[Fields]:
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []


def _plain(payload: Fields) -> dict[str, Any]:
    return {name: payload[name] for name in _KEPT if payload.get(name) not in (None, "")}


def _event(**fields: Any) -> Event:
    """The event without its empty fields. Values are converted to text and cut to the longest that an event holds."""
    kept = {name: value for name, value in fields.items() if value not in (None, "", [])}
    return Event.model_validate({name: _bounded(name, value) for name, value in kept.items()})


def _bounded(name: str, value: Any) -> Any:
    if name == "error_codes":
        return [_clean(code)[:LONGEST] for code in value[:10]]
    if name == "result" and not isinstance(value, str):
        text = _clean(json.dumps(value, ensure_ascii=False))
        return json.loads(text) if len(text) <= LONGEST_TEXT else text[:LONGEST_TEXT]
    return _clean(str(value))[: LONGEST_TEXT if name in ("text", "result") else LONGEST]


def _clean(text: str) -> str:
    """The text without lone surrogates, which cannot be encoded."""
    return text.encode("utf-8", "replace").decode()
