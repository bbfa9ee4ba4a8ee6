"""Messages and messaging profiles."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from telnyx_tools.api.client import Telnyx
from telnyx_tools.arguments import InvalidArguments, Problem, present
from telnyx_tools.declare import Effect, Group
from telnyx_tools.pages import Page, PageCursor, PageSize, fetch_page
from telnyx_tools.results import Detail, Part, Result, shape
from telnyx_tools.types import MessageId, MessagingProfileId, Recipient, Sender, Url
from telnyx_tools.waiting import Progress, follow

messaging = Group("messaging", title="Messaging", summary="SMS and MMS, messaging profiles.")


class Party(Part):
    phone_number: str | None = None
    status: str | None = Field(
        None,
        description="queued, sending, sent, delivered, sending_failed, delivery_failed, delivery_unconfirmed",
    )
    carrier: str | None = None
    line_type: str | None = None


class Cost(Part):
    amount: str | None = None
    currency: str | None = None


class MessageError(Part):
    code: str | None = None
    title: str | None = None
    detail: str | None = None


class Message(Result):
    id: str | None = None
    type: str | None = None
    direction: str | None = None
    sender: Party | None = Field(None, alias="from")
    to: list[Party] | None = None
    text: str | None = None
    messaging_profile_id: str | None = None
    parts: int | None = Field(None, description="segments charged")
    cost: Cost | None = None
    errors: list[MessageError] | None = None
    received_at: str | None = None
    sent_at: str | None = None
    completed_at: str | None = None


_ON_THE_WAY = frozenset({None, "queued", "sending", "sent", "scheduled"})


async def _delivery(telnyx: Telnyx, message: Message, progress: Progress) -> Message:
    """The message once every recipient's outcome is known, or as it stands after 45 seconds."""
    message_id = message.id
    if message_id is None:
        return message

    async def read() -> Message:
        return shape(Message, await telnyx.get("/messages/{id}", id=message_id))

    return await follow(
        message,
        read,
        done=lambda m: not {party.status for party in m.to or []} & _ON_THE_WAY,
        status=lambda m: ", ".join(party.status or "unknown" for party in m.to or []),
        progress=progress,
        seconds=45,
    )


class MessagingProfile(Result):
    id: str | None = None
    name: str | None = None
    enabled: bool | None = None
    whitelisted_destinations: list[str] | None = Field(None, description='ISO country codes, or ["*"]')
    webhook_url: str | None = None
    daily_spend_limit: str | None = Field(None, description="USD")
    daily_spend_limit_enabled: bool | None = None
    created_at: str | None = None


@messaging.tool(
    effect=Effect.SPENDS,
    scope="messaging.write",
    calls=("POST /messages", "GET /messages/{id}"),
    core=True,
    check="Ask the user whether it arrived, or look in the portal's message log, before sending it again.",
)
async def send_message(
    telnyx: Telnyx,
    progress: Progress,
    to: Recipient,
    text: str = "",
    from_number: Sender | None = None,
    messaging_profile_id: MessagingProfileId | None = None,
    media_urls: Annotated[list[Url], Field(max_length=10, description="makes it an MMS")] = [],
    subject: Annotated[str, Field(description="MMS only")] = "",
    type: Literal["SMS", "MMS"] | None = None,
    encoding: Literal["auto", "gsm7", "ucs2"] | None = None,
    webhook_url: Annotated[Url | None, Field(description="gets the delivery events")] = None,
    wait_for: Annotated[Literal["delivered"] | None, Field(description="wait up to 45 s for the outcome")] = None,
) -> Message:
    """Send one SMS or MMS. Give from_number, messaging_profile_id (its number pool sends), or both (alphanumeric
    sender). Returns the id and status; delivery follows: poll get_message."""
    problems = []
    if not text and not media_urls:
        problems.append(Problem("text", "Give text, media_urls, or both"))
    if from_number is None and messaging_profile_id is None:
        problems.append(Problem("from_number", "Give from_number, messaging_profile_id, or both"))
    if problems:
        raise InvalidArguments(problems)
    body = {
        "to": to,
        "from": from_number,
        "messaging_profile_id": messaging_profile_id,
        "text": text or None,
        "media_urls": media_urls or None,
        "subject": subject or None,
        "type": type,
        "encoding": encoding,
        "webhook_url": webhook_url,
    }
    message = shape(Message, await telnyx.post("/messages", body=present(body), idempotency_key=True))
    return await _delivery(telnyx, message, progress) if wait_for else message


@messaging.tool(effect=Effect.READ, scope="messaging.read", calls="GET /messages/{id}", core=True)
async def get_message(telnyx: Telnyx, message_id: MessageId, detail: Detail = "summary") -> Message:
    """A message with its delivery status, cost and delivery errors. Messages are kept for 10 days."""
    return shape(Message, await telnyx.get("/messages/{id}", id=message_id), detail)


@messaging.tool(effect=Effect.READ, scope="messaging.read", calls="GET /messaging_profiles", core=True)
async def list_messaging_profiles(
    telnyx: Telnyx,
    name_contains: str | None = None,
    page: PageCursor = "1",
    page_size: PageSize = 20,
    detail: Detail = "summary",
) -> Page[MessagingProfile]:
    """Messaging profiles: the settings and number pools that messages are sent through."""
    query = {"filter": {"name": {"contains": name_contains}}}
    return await fetch_page(
        MessagingProfile, telnyx, "/messaging_profiles", query, page=page, page_size=page_size, detail=detail
    )
