"""A number's settings for calls."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from telnyx_tools.api.client import Telnyx
from telnyx_tools.groups.numbers import numbers
from telnyx_tools.results.result import Detail, Part, Result, shape
from telnyx_tools.shared.numbers import resolve_number
from telnyx_tools.tool.bodies import OMITTED, Given, NewValue, changed
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.phone_number import e164_or
from telnyx_tools.tool.types import PhoneNumber, TextOrEmpty
from telnyx_tools.tool.written import Written

Screening = Annotated[
    Literal["disabled", "reject_calls", "flag_calls"],
    Field(description="of calls that look fraudulent; costs extra monthly"),
]
PaymentMethod = Literal["pay-per-minute", "channel"]


Forward = Annotated[
    str,
    Field(pattern=r"^(\+[1-9][0-9]{1,14})?$", description='E.164; "" stops forwarding'),
    Written(e164_or("")),
]


class CallForwarding(Given):
    call_forwarding_enabled: bool | None = None
    forwards_to: Forward | None = None
    forwarding_type: Literal["always", "on-failure"] | None = None


class CallRecording(Given):
    inbound_call_recording_enabled: bool | None = None
    inbound_call_recording_format: Literal["wav", "mp3"] | None = None
    inbound_call_recording_channels: Literal["single", "dual"] | None = None


class CnamListing(Given):
    cnam_listing_enabled: bool | None = None
    cnam_listing_details: str | None = Field(
        None, pattern=r"^[A-Za-z0-9 ]{0,15}$", description="the name: up to 15 letters, digits and spaces"
    )


class MediaFeatures(Given):
    rtp_auto_adjust_enabled: bool | None = None
    accept_any_rtp_packets_enabled: bool | None = None
    t38_fax_gateway_enabled: bool | None = None


class VoiceChange(Given):
    """Voice settings as they stand inside a bulk change."""

    call_forwarding: CallForwarding | None = None
    call_recording: CallRecording | None = None
    cnam_listing: CnamListing | None = None
    caller_id_name_enabled: bool | None = None
    inbound_call_screening: Screening | None = None
    usage_payment_method: PaymentMethod | None = None
    translated_number: TextOrEmpty | None = None
    tech_prefix_enabled: bool | None = None
    media_features: MediaFeatures | None = None


class Emergency(Part):
    emergency_enabled: bool | None = None
    emergency_status: str | None = Field(
        None, description="disabled, provisioning, active, deprovisioning or provisioning-failed"
    )
    emergency_address_id: str | None = None


class VoiceSettings(Result):
    id: str | None = None
    phone_number: str | None = None
    connection_id: str | None = None
    call_forwarding: dict[str, object] | None = None
    call_recording: dict[str, object] | None = None
    cnam_listing: dict[str, object] | None = None
    caller_id_name_enabled: bool | None = None
    inbound_call_screening: str | None = None
    usage_payment_method: str | None = None
    translated_number: str | None = None
    tech_prefix_enabled: bool | None = None
    media_features: dict[str, object] | None = None
    emergency: Emergency | None = None


@numbers.tool(effect=Effect.READ, scope="numbers.read", calls=("GET /phone_numbers/{id}/voice", "GET /phone_numbers"))
async def get_phone_number_voice_settings(
    telnyx: Telnyx, phone_number: PhoneNumber, detail: Detail = "summary"
) -> VoiceSettings:
    """A number's settings for calls: forwarding, recording, caller name, screening, billing, emergency address."""
    number_id = await resolve_number(telnyx, phone_number)
    return shape(VoiceSettings, await telnyx.get("/phone_numbers/{id}/voice", id=number_id), detail)


@numbers.tool(
    effect=Effect.WRITE,
    scope="numbers.write",
    calls=("PATCH /phone_numbers/{id}/voice", "GET /phone_numbers"),
    idempotent=True,
)
async def update_phone_number_voice_settings(
    telnyx: Telnyx,
    phone_number: PhoneNumber,
    call_forwarding: NewValue[CallForwarding] = OMITTED,
    call_recording: NewValue[CallRecording] = OMITTED,
    cnam_listing: Annotated[NewValue[CnamListing], Field(description="the caller name that people see")] = OMITTED,
    caller_id_name_enabled: Annotated[NewValue[bool], Field(description="look up callers' names")] = OMITTED,
    inbound_call_screening: NewValue[Screening] = OMITTED,
    usage_payment_method: NewValue[PaymentMethod] = OMITTED,
    translated_number: Annotated[
        NewValue[TextOrEmpty], Field(description='called number that the connection sees; "": the number itself')
    ] = OMITTED,
    tech_prefix_enabled: NewValue[bool] = OMITTED,
    media_features: NewValue[MediaFeatures] = OMITTED,
) -> VoiceSettings:
    """Change a number's settings for calls. Omitted fields keep their values, inside objects too."""
    body = changed(
        {
            "call_forwarding": call_forwarding,
            "call_recording": call_recording,
            "cnam_listing": cnam_listing,
            "caller_id_name_enabled": caller_id_name_enabled,
            "inbound_call_screening": inbound_call_screening,
            "usage_payment_method": usage_payment_method,
            "translated_number": translated_number,
            "tech_prefix_enabled": tech_prefix_enabled,
            "media_features": media_features,
        }
    )
    number_id = await resolve_number(telnyx, phone_number)
    return shape(VoiceSettings, await telnyx.patch("/phone_numbers/{id}/voice", body=body, id=number_id))
