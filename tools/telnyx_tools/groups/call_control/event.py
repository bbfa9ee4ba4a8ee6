"""One event of a call: a command that was sent, or what Telnyx reported."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, model_validator

from telnyx_tools.results.outside import LONGEST_NAME, Outside
from telnyx_tools.results.result import Result
from telnyx_tools.shared.client_state import decoded
from telnyx_tools.shared.event_payload import payload_of

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
    digits: Annotated[Any, Outside("the caller", LONGEST_NAME)] = None
    result: Annotated[Any, Outside("the caller, or a model of what they said")] = Field(
        None, description="what detection or an AI gather found"
    )
    hangup_cause: str | None = None
    hangup_source: str | None = None
    sip_hangup_cause: str | None = None
    recording_id: str | None = None
    transcription_data: Annotated[Any, Outside("who spoke on the call")] = None
    client_state: Annotated[Any, BeforeValidator(decoded)] = None

    @model_validator(mode="before")
    @classmethod
    def _told(cls, raw: Any) -> Any:
        """The event with what matters of its payload beside its name."""
        if not isinstance(raw, dict):
            return raw
        payload = payload_of(raw.get("metadata"))
        return {**{name: payload[name] for name in _TOLD if payload.get(name) not in (None, "")}, **raw}
