"""Arguments that several commands on calls take."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from telnyx_tools.argument_errors import InvalidArguments, Problem
from telnyx_tools.tool.bodies import Given
from telnyx_tools.tool.phone_number import SIP_URI, e164_then_digits
from telnyx_tools.tool.source import From
from telnyx_tools.tool.types import AssistantId
from telnyx_tools.tool.written import Written

LiveCall = Annotated[str, From("make_call")]
Dialled = Written(e164_then_digits(SIP_URI))
Target = Annotated[
    str,
    Field(pattern=r"^(\+[1-9][0-9]{1,14}|sips?:[^,]+)(,[0-9A-DwW*#]+)?$", description="E.164 or SIP URI"),
    Dialled,
]
DialledDigits = Annotated[str, Field(pattern=r"^[0-9A-DwW*#]{1,64}$", description="w pauses 0.5 s"), Written()]
TargetLegs = Literal["self", "opposite", "both"]
Detection = Literal[
    "premium",
    "premium_ios_call_screening_detection",
    "detect",
    "detect_beep",
    "detect_words",
    "greeting_end",
    "disabled",
]
WebhookUrl = Annotated[str, Field(pattern=r"^https?://\S+$", max_length=2_000)]
RingSecs = Annotated[int, Field(ge=5, le=600, description="how long it rings")]
LimitSecs = Annotated[int, Field(ge=60, le=14_400)]
DisplayName = Annotated[str, Field(description="caller name")]
Channels = Literal["single", "dual"]
Record = Channels
AudioFormat = Literal["wav", "mp3"]
Track = Literal["both", "inbound", "outbound"]
RecordSecs = Annotated[int, Field(ge=0, le=43_200, description="seconds")]
SipRegion = Literal["US", "Europe", "Canada", "Australia", "Middle East"]
Encryption = Literal["disabled", "SRTP", "DTLS"]
MuteDtmf = Literal["none", "both", "self", "opposite"]
Engine = Literal[
    "Google", "Telnyx", "Deepgram", "Azure", "xAI", "AssemblyAI", "Speechmatics", "Soniox", "A", "B"
]  # fmt: skip


class CallAssistant(Given):
    id: AssistantId
    greeting: str | None = None
    instructions: str | None = None
    dynamic_variables: dict[str, str] | None = None


class Header(Given):
    name: str
    value: str


def recording(channels: str | None, **options: object) -> dict[str, object]:
    """The fields that record a call from its answer on. Raises InvalidArguments for options of no recording."""
    if channels is None:
        given = [name for name, value in options.items() if value is not None]
        if given:
            raise InvalidArguments([Problem(name, "Give record with it, single or dual.") for name in given])
        return {}
    return {"record": "record-from-answer", "record_channels": channels, **options}
