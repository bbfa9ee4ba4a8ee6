"""Messages: sent now, later or to a group; followed and cancelled."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from telnyx_tools.api.client import Telnyx
from telnyx_tools.argument_errors import InvalidArguments, Problem
from telnyx_tools.groups.messaging import messaging
from telnyx_tools.groups.messaging.message import Message, delivery
from telnyx_tools.results.pages import Cursor, Page, PageCursor, page_of_whole
from telnyx_tools.results.result import Detail, shape
from telnyx_tools.shared.event_webhook import NUMBERS, PROFILE, EventsHere, ProfileWebhook, webhook_for
from telnyx_tools.tool.bodies import present
from telnyx_tools.tool.context import Inbox, Progress
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.source import From
from telnyx_tools.tool.types import E164s, MessageId, MessagingProfileId, Moment, OwnNumber, Recipient, Sender, Url

Media = Annotated[list[Url], Field(max_length=10, description="sends an MMS; under 1 MB in total")]
Subject = Annotated[str, Field(description="MMS only")]
Kind = Literal["SMS", "MMS"]
WebhookUrl = Annotated[Url, Field(description="gets the delivery events")]
UseProfileWebhooks = Annotated[bool, Field(description="default true")]
SendAt = Annotated[Moment, Field(description="5 minutes to 5 days ahead, with zone")]

CHECK = (
    "Some minutes later, call search_message_records with the same recipient: a record means that it was sent. "
    "Do not send it again before."
)


@messaging.tool(
    effect=Effect.SPENDS,
    scope="messaging.write",
    calls=("POST /messages", "GET /messages/{id}", f"GET {NUMBERS}", f"GET {PROFILE}"),
    core=True,
    check=CHECK,
)
async def send_message(
    telnyx: Telnyx,
    progress: Progress,
    inbox: Inbox,
    to: Recipient,
    text: str = "",
    from_number: Sender | None = None,
    messaging_profile_id: MessagingProfileId | None = None,
    media_urls: Media = [],
    subject: Subject = "",
    type: Kind | None = None,
    encoding: Literal["auto", "gsm7", "ucs2"] | None = None,
    auto_detect: Annotated[bool | None, Field(description="refuse texts with unusually many parts")] = None,
    send_at: SendAt | None = None,
    webhook_url: WebhookUrl | None = None,
    webhook_failover_url: Url | None = None,
    use_profile_webhooks: UseProfileWebhooks | None = None,
    events: EventsHere = None,
    wait_for: Annotated[Literal["delivered"] | None, Field(description="wait up to 45 s for it")] = None,
) -> Message:
    """Send one SMS or MMS, now or at send_at. Give from_number, messaging_profile_id (its number pool sends), or both
    (alphanumeric sender). Delivery follows: poll get_message."""
    body = _outgoing(
        {
            "to": to,
            "from": from_number,
            "messaging_profile_id": messaging_profile_id,
            "text": text,
            "media_urls": media_urls,
            "subject": subject,
            "type": type,
            "encoding": encoding,
            "auto_detect": auto_detect,
            "send_at": send_at,
            "webhook_url": webhook_url,
            "webhook_failover_url": webhook_failover_url,
            "use_profile_webhooks": use_profile_webhooks,
        }
    )
    # Until its time comes, somebody may set up a webhook to which what is sent later is to be told.
    is_open = send_at is None and webhook_failover_url is None
    setting = ProfileWebhook(telnyx, messaging_profile_id, from_number) if is_open else None
    told, note = await webhook_for(inbox, events, webhook_url, setting)
    body |= present({"webhook_url": told})
    message = shape(Message, await telnyx.post("/messages", body=body, idempotency_key=True))
    message.note = note
    return await delivery(telnyx, message, progress, inbox) if wait_for else message


@messaging.tool(
    effect=Effect.SPENDS,
    scope="messaging.write",
    calls="POST /messages/schedule",
    check="Ask the user before scheduling it again: until it is sent, only its id finds it. " + CHECK,
)
async def schedule_message(
    telnyx: Telnyx,
    to: Recipient,
    send_at: SendAt,
    text: str = "",
    from_number: Sender | None = None,
    messaging_profile_id: MessagingProfileId | None = None,
    media_urls: Media = [],
    subject: Subject = "",
    type: Kind | None = None,
    auto_detect: bool | None = None,
    webhook_url: WebhookUrl | None = None,
    webhook_failover_url: Url | None = None,
    use_profile_webhooks: UseProfileWebhooks | None = None,
) -> Message:
    """Schedule one SMS or MMS. Keep the id: cancel_scheduled_message needs it, and no list shows it."""
    body = _outgoing(
        {
            "to": to,
            "from": from_number,
            "messaging_profile_id": messaging_profile_id,
            "text": text,
            "media_urls": media_urls,
            "subject": subject,
            "type": type,
            "auto_detect": auto_detect,
            "send_at": send_at,
            "webhook_url": webhook_url,
            "webhook_failover_url": webhook_failover_url,
            "use_profile_webhooks": use_profile_webhooks,
        }
    )
    return shape(Message, await telnyx.post("/messages/schedule", body=body))


@messaging.tool(effect=Effect.SPENDS, scope="messaging.write", calls="POST /messages/group_mms", check=CHECK)
async def send_group_message(
    telnyx: Telnyx,
    to: Annotated[E164s, Field(min_length=2, max_length=8, description="US and CA mobile numbers")],
    from_number: Annotated[OwnNumber, From("list_phone_numbers", what="your US or CA number")],
    text: str = "",
    media_urls: Annotated[list[Url], Field(max_length=10)] = [],
    subject: str = "",
    webhook_url: WebhookUrl | None = None,
    webhook_failover_url: Url | None = None,
    use_profile_webhooks: UseProfileWebhooks | None = None,
) -> Message:
    """Send one MMS to a group. Members see each other and all replies. get_group_messages shows the delivery."""
    body = _outgoing(
        {
            "to": to,
            "from": from_number,
            "text": text,
            "media_urls": media_urls,
            "subject": subject,
            "webhook_url": webhook_url,
            "webhook_failover_url": webhook_failover_url,
            "use_profile_webhooks": use_profile_webhooks,
        }
    )
    return shape(Message, await telnyx.post("/messages/group_mms", body=body, idempotency_key=True))


def _outgoing(fields: Mapping[str, object]) -> dict[str, object]:
    """The body of a message. Raises InvalidArguments for one without content or without a sender."""
    body = present({name: None if value in ("", []) else value for name, value in fields.items()})
    problems = []
    if "text" not in body and "media_urls" not in body:
        problems.append(Problem("text", "Give text, media_urls, or both."))
    if "from" not in body and "messaging_profile_id" not in body:
        hint = "Give from_number (see list_phone_numbers), messaging_profile_id (see list_messaging_profiles), or both."
        problems.append(Problem("from_number", hint))
    if problems:
        raise InvalidArguments(problems)
    return body


@messaging.tool(effect=Effect.READ, scope="messaging.read", calls="GET /messages/{id}", core=True)
async def get_message(telnyx: Telnyx, message_id: MessageId, detail: Detail = "summary") -> Message:
    """A message's delivery status and cost; if it failed, why and what to do. Kept for 10 days; search_message_records
    finds older ones."""
    return shape(Message, await telnyx.get("/messages/{id}", id=message_id), detail)


@messaging.tool(effect=Effect.READ, scope="messaging.read", calls="GET /messages/group/{message_id}")
async def get_group_messages(
    telnyx: Telnyx,
    message_id: Annotated[MessageId, From("send_group_message")],
    page: PageCursor = "1",
    detail: Detail = "summary",
) -> Page[Message]:
    """The messages of a group MMS, with the delivery status for each member."""
    answer = await telnyx.get("/messages/group/{message_id}", message_id=message_id)
    return page_of_whole(Message, answer, Cursor.parse(page), detail)


@messaging.tool(effect=Effect.DESTROY, scope="messaging.write", calls="DELETE /messages/{id}")
async def cancel_scheduled_message(telnyx: Telnyx, message_id: MessageId) -> Message:
    """Cancel a scheduled message, until one minute before its time."""
    return shape(Message, await telnyx.delete("/messages/{id}", id=message_id))
