"""One event of a call: a command that was sent, or what Telnyx reported."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, model_validator

from telnyx_tools.groups.call_control.arguments import decoded
from telnyx_tools.results import Result

_DEPTH = 4
_TOLD = (
    "digits",
    "status",
    "result",
    "hangup_cause",
    "hangup_source",
    "sip_hangup_cause",
    "from",
    "to",
    "direction",
    "recording_id",
    "transcription_data",
    "client_state",
    "call_control_id",
)


def payload_of(metadata: object) -> dict[str, Any]:
    """What an event says: its `payload`, wherever the raw event stands in the metadata, else the metadata."""
    if not isinstance(metadata, dict):
        return {}
    return next(_payloads(metadata, _DEPTH), metadata)


def _payloads(value: Mapping[str, Any], depth: int) -> Iterator[dict[str, Any]]:
    payload = value.get("payload")
    if isinstance(payload, dict):
        yield payload
    elif depth:
        for inner in value.values():
            if isinstance(inner, dict):
                yield from _payloads(inner, depth - 1)


class CallEvent(Result):
    name: str | None = Field(None, description="like call.answered; of a command its name")
    type: str | None = Field(None, description="command: sent to Telnyx; webhook: reported by it")
    event_timestamp: str | None = None
    call_leg_id: str | None = None
    call_session_id: str | None = None
    call_control_id: str | None = None
    sender: Any = Field(None, alias="from")
    to: Any = None
    direction: Any = None
    status: Any = None
    digits: Any = None
    result: Any = Field(None, description="what detection or an AI gather found")
    hangup_cause: str | None = None
    hangup_source: str | None = None
    sip_hangup_cause: str | None = None
    recording_id: str | None = None
    transcription_data: Any = None
    client_state: Annotated[Any, BeforeValidator(decoded)] = None

    @model_validator(mode="before")
    @classmethod
    def _told(cls, raw: Any) -> Any:
        """The event with what matters of its payload beside its name."""
        if not isinstance(raw, dict):
            return raw
        payload = payload_of(raw.get("metadata"))
        return {**{name: payload[name] for name in _TOLD if payload.get(name) not in (None, "")}, **raw}
