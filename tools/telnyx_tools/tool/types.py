"""The argument types that tools share. Each says where its value comes from, where its name does not."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from telnyx_tools.api.kept import Secret


def _utc(text: str) -> str:
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is not None:
            return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    except (ValueError, OverflowError):
        raise ValueError("Not a date and time of ISO 8601") from None
    raise ValueError("Say which time zone: end with Z or an offset like -05:00")


_Id = StringConstraints(min_length=1, max_length=1_000)

E164 = Annotated[str, Field(pattern=r"^\+[1-9][0-9]{1,14}$", description="E.164, like +13125550123")]
Recipient = Annotated[
    str,
    Field(pattern=r"^(\+[1-9][0-9]{1,14}|[0-9]{3,8})$", description="E.164, like +13125550123, or a short code"),
]
Sender = Annotated[
    str,
    Field(
        pattern=r"^(\+[1-9][0-9]{1,14}|[0-9]{3,8}|[A-Za-z0-9 ]{1,11})$",
        description="your number (E.164, from list_phone_numbers), short code or alphanumeric sender",
    ),
]
Url = Annotated[str, Field(pattern=r"^https?://\S+$", max_length=2_000, description="http(s) URL")]
CountryCode = Annotated[str, Field(pattern=r"^[A-Z]{2}$", description="ISO 3166-1 alpha-2, like US")]
Moment = Annotated[
    str,
    AfterValidator(_utc),
    Field(json_schema_extra={"format": "date-time"}, description="with its zone, like 2026-03-01T15:00:00-05:00"),
]
Day = Annotated[date, Field(description="YYYY-MM-DD, UTC")]
PeriodName = Annotated[
    str,
    Field(
        pattern=r"^(today|yesterday|(this|last)_(week|month)|last_[1-9][0-9]{0,2}_days)$",
        description="like today, last_week, this_month, last_7_days",
    ),
]

MessageId = Annotated[str, _Id, Field(description="from send_message")]
MessagingProfileId = Annotated[str, _Id, Field(description="from list_messaging_profiles")]
AlphanumericSenderId = Annotated[str, _Id, Field(description="from list_alphanumeric_senders")]
NumberOrderId = Annotated[str, _Id, Field(description="from initiate_phone_number_order")]
NumberReservationId = Annotated[str, _Id, Field(description="from reserve_phone_numbers")]
PhoneNumberJobId = Annotated[str, _Id, Field(description="from a tool that ends in _in_bulk")]
AddressId = Annotated[str, _Id, Field(description="from create_address or list_addresses")]
ConnectionId = Annotated[str, _Id, Field(description="from list_connections")]
AnsweringId = Annotated[
    str, _Id, Field(description="answers its calls: from list_connections, or an assistant's default_texml_app_id")
]
CallControlId = Annotated[str, _Id, Field(description="from make_call, list_active_calls or an event")]
CallControlApplicationId = Annotated[str, _Id, Field(description="from list_call_control_applications")]
TexmlApplicationId = Annotated[str, _Id, Field(description="from list_texml_applications")]
OutboundVoiceProfileId = Annotated[str, _Id, Field(description="from list_outbound_voice_profiles")]
AssistantId = Annotated[str, _Id, Field(description="from list_assistants")]
RecordingId = Annotated[str, _Id, Field(description="from list_recordings")]
RecordingTranscriptionId = Annotated[str, _Id, Field(description="from list_recording_transcriptions")]
ConferenceId = Annotated[str, _Id, Field(description="from create_conference or list_conferences")]
QueueName = Annotated[str, Field(min_length=1, max_length=255, description="from list_queues")]
TexmlAccountSid = Annotated[str, _Id, Field(description="your account, as its TeXML webhooks name it (AccountSid)")]
TexmlCallSid = Annotated[str, _Id, Field(description="from start_texml_call or list_texml_calls")]
TexmlConferenceSid = Annotated[str, _Id, Field(description="from list_texml_conferences")]
MediaName = Annotated[str, _Id, Field(description="from list_media")]
SecretIdentifier = Annotated[str, _Id, Field(description="a secret's identifier, from list_integration_secrets")]
WhatsappNumber = Annotated[
    str, Field(pattern=r"^\+[1-9][0-9]{1,14}$", description="your WhatsApp number, from list_whatsapp_phone_numbers")
]
WhatsappRecipient = Annotated[
    str,
    Field(
        pattern=r"^(\+[1-9][0-9]{1,14}|[A-Z]{2}\.[A-Za-z0-9]{1,64})$",
        description="E.164, or a user id like US.1349120865530274",
    ),
]
WhatsappAccountId = Annotated[str, _Id, Field(description="from list_whatsapp_business_accounts")]
WhatsappTemplateId = Annotated[str, _Id, Field(description="id from list_whatsapp_templates")]
BucketName = Annotated[str, _Id, Field(description="from cloud_storage_list_buckets")]
ObjectName = Annotated[str, _Id, Field(description="key inside the bucket, from cloud_storage_list_objects")]
SecretText = Annotated[
    str,
    Field(min_length=1, json_schema_extra={"format": "password", "writeOnly": True}),
    AfterValidator(Secret),
]
"""A value that is never shown, logged, traced, audited or kept: not in results, and not in errors that quote it."""
PhoneNumber = Annotated[str, _Id, Field(description="number (E.164) or its id, from list_phone_numbers")]
BillingGroupId = Annotated[str, _Id, Field(description="from list_billing_groups")]
InvoiceId = Annotated[str, _Id, Field(description="from list_invoices")]
VerificationId = Annotated[str, _Id, Field(description="from start_verification")]
VerifyProfileId = Annotated[str, _Id, Field(description="from list_verify_profiles")]
