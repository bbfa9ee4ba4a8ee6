"""Argument types that several tools use. Each says where the value comes from, unless the name says it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, WithJsonSchema

from telnyx_tools.tool.bodies import MayBeEmpty
from telnyx_tools.tool.moments import in_utc, within_years
from telnyx_tools.tool.phone_number import (
    NUMBER_ID,
    SENDER_NAME,
    SHORT_CODE,
    SIP_NAME,
    SIP_URI,
    e164,
    e164_or,
    national_digits,
    part_of_number,
    whatsapp_digits,
)
from telnyx_tools.tool.source import From
from telnyx_tools.tool.written import Written, separated


def _utc(text: str) -> str:
    try:
        has_zone = datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        raise ValueError("Not a date and time of ISO 8601") from None
    if not has_zone:
        raise ValueError("Say which time zone: end with Z or an offset like -05:00")
    return in_utc(text).isoformat(timespec="seconds").replace("+00:00", "Z")


TextOrEmpty = Annotated[str, MayBeEmpty()]
Id = Annotated[str, StringConstraints(min_length=1, max_length=1_000), Written()]

_E164 = r"^\+[1-9][0-9]{1,14}$"
E164 = Annotated[str, Field(pattern=_E164, description="E.164, like +13125550123"), Written(e164)]
E164s = Annotated[list[E164], BeforeValidator(separated)]
OwnNumber = Annotated[str, Field(pattern=_E164), Written(e164), From("list_phone_numbers", what="your number (E.164)")]
Recipient = Annotated[
    str,
    Field(pattern=r"^(\+[1-9][0-9]{1,14}|[0-9]{3,6})$", description="E.164, like +13125550123, or a short code"),
    Written(e164_or(SHORT_CODE)),
]
Sender = Annotated[
    str,
    Field(pattern=r"^(\+[1-9][0-9]{1,14}|[0-9]{3,6}|[A-Za-z0-9 ]{1,11})$"),
    Written(e164_or(f"{SHORT_CODE}|{SENDER_NAME}")),
    From("list_phone_numbers", what="your number (E.164)", note="or a short code or sender name"),
]
MessageParty = Annotated[
    str, Field(description="E.164, short code or sender name"), Written(e164_or(f"{SHORT_CODE}|{SENDER_NAME}"))
]
NumberPart = Annotated[str, Written(part_of_number)]
NationalDigits = Annotated[str, Field(description="digits after the country code"), Written(national_digits)]
PARTY = (Field(pattern=r"^(\+[1-9][0-9]{1,14}|sips?:[!-~]{3,200})$"), Written(e164_or(SIP_URI)))
Callee = Annotated[str, *PARTY, Field(description="E.164 or SIP URI")]
AssistantParty = Annotated[
    str, Field(description="number (E.164) or SIP URI"), Written(e164_or(rf"{SIP_URI}|.*\{{\{{.+\}}\}}.*"))
]
"""May also be a dynamic variable of the conversation."""
CallParty = Annotated[
    str, Field(min_length=1, description="E.164 or SIP URI"), Written(e164_or(f"{SIP_URI}|{SIP_NAME}"))
]
"""A party as records of calls name it."""
Url = Annotated[str, Field(pattern=r"^https?://\S+$", max_length=2_000, description="http(s) URL")]
CountryCode = Annotated[str, Field(pattern=r"^[A-Z]{2}$", description="ISO 3166-1 alpha-2, like US")]
Moment = Annotated[
    str,
    AfterValidator(_utc),
    Field(json_schema_extra={"format": "date-time"}, description="with zone, like 2026-03-01T15:00:00-05:00"),
]
Day = Annotated[
    date, AfterValidator(within_years), WithJsonSchema({"type": "string", "description": "YYYY-MM-DD, UTC"})
]
"""Without the format `date`, since not every model's API takes it."""
PeriodName = Annotated[
    str,
    Field(
        pattern=r"^(today|yesterday|(this|last)_(week|month)|last_[1-9][0-9]{0,2}_days)$",
        description="like today, last_week, this_month, last_7_days",
    ),
]

MessageId = Annotated[Id, From("send_message")]
MessagingProfileId = Annotated[Id, From("list_messaging_profiles")]
AlphanumericSenderId = Annotated[Id, From("list_alphanumeric_senders")]
NumberOrderId = Annotated[Id, From("initiate_phone_number_order")]
NumberReservationId = Annotated[Id, From("reserve_phone_numbers")]
PhoneNumberJobId = Annotated[Id, From("a tool that ends in _in_bulk")]
AddressId = Annotated[Id, From("create_address", "list_addresses")]
ConnectionId = Annotated[Id, From("list_connections")]
IpId = Annotated[Id, From("list_ips")]
FqdnId = Annotated[Id, From("list_fqdns")]
AnsweringId = Annotated[Id, From("list_connections", "an assistant's default_texml_app_id", what="answers its calls")]
CallControlId = Annotated[Id, From("make_call", "list_active_calls", "an event")]
CallControlApplicationId = Annotated[Id, From("list_call_control_applications")]
TexmlApplicationId = Annotated[Id, From("list_texml_applications")]
OutboundVoiceProfileId = Annotated[Id, From("list_outbound_voice_profiles")]
AssistantId = Annotated[Id, From("list_assistants")]
RecordingId = Annotated[Id, From("list_recordings")]
RecordingTranscriptionId = Annotated[Id, From("list_recording_transcriptions")]
ConferenceId = Annotated[Id, From("create_conference", "list_conferences")]
QueueName = Annotated[str, Field(min_length=1, max_length=255), From("list_queues")]
TexmlAccountSid = Annotated[Id, Field(description="your account, as its TeXML webhooks name it (AccountSid)")]
TexmlCallSid = Annotated[Id, From("start_texml_call", "list_texml_calls")]
TexmlConferenceSid = Annotated[Id, From("list_texml_conferences")]
MediaName = Annotated[Id, From("list_media")]
SecretIdentifier = Annotated[Id, From("list_integration_secrets", what="identifier")]
WhatsappNumber = Annotated[str, Field(pattern=_E164), Written(e164), From("list_whatsapp_phone_numbers", what="yours")]
WhatsappRecipient = Annotated[
    str,
    Field(
        pattern=r"^(\+[1-9][0-9]{1,14}|[A-Z]{2}\.[A-Za-z0-9]{1,64})$",
        description="E.164, or a user id like US.1349120865530274",
    ),
    Written(e164_or(r"[A-Z]{2}\.[A-Za-z0-9]{1,64}")),
]
WhatsappDigits = Annotated[str, Field(description="digits of its WhatsApp account"), Written(whatsapp_digits)]
WhatsappAccountId = Annotated[Id, From("list_whatsapp_business_accounts")]
WhatsappTemplateId = Annotated[Id, From("list_whatsapp_templates", what="id")]
BucketName = Annotated[Id, From("cloud_storage_list_buckets")]
ObjectName = Annotated[Id, From("cloud_storage_list_objects", what="key")]
PhoneNumber = Annotated[Id, Written(e164_or(NUMBER_ID)), From("list_phone_numbers", what="number (E.164) or its id")]
PhoneNumbers = Annotated[list[PhoneNumber], BeforeValidator(separated)]
BillingGroupId = Annotated[Id, From("list_billing_groups")]
InvoiceId = Annotated[Id, From("list_invoices")]
VerificationId = Annotated[Id, From("start_verification")]
VerifyProfileId = Annotated[Id, From("list_verify_profiles")]
