"""A WhatsApp message: the request that all sending tools make, and their result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from telnyx_tools.api.client import Telnyx
from telnyx_tools.groups.messaging.message import Message, delivery
from telnyx_tools.groups.whatsapp.window import WINDOW_CALLS, require_open
from telnyx_tools.results.result import shape
from telnyx_tools.tool.bodies import present
from telnyx_tools.tool.context import Inbox, Progress
from telnyx_tools.tool.source import From
from telnyx_tools.tool.types import Id, Url

SEND, READ_MESSAGE = "POST /messages/whatsapp", "GET /messages/{id}"
FREE_FORM_CALLS = (SEND, *WINDOW_CALLS, READ_MESSAGE)
"""The operations of a tool that sends anything but a template."""

CHECK = (
    "Some minutes later, call search_message_records with the same recipient: a record means that it was sent. "
    "Do not send it again before."
)

Profile = Annotated[Id | None, From("list_messaging_profiles")]
Webhook = Annotated[Url | None, Field(description="gets the delivery events")]
CallbackData = Annotated[str | None, Field(description="returned in events")]
WaitFor = Annotated[Literal["delivered"] | None, Field(description="wait up to 45 s for it")]


class WhatsappMessage(Message):
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """The delivery options of a message, whatever its content."""

    from_number: str
    to: str
    messaging_profile_id: str | None = None
    webhook_url: str | None = None
    callback_data: str | None = None
    wait_for: str | None = None


async def send_free_form(
    telnyx: Telnyx, progress: Progress, inbox: Inbox, how: Delivery, kind: str, content: object
) -> WhatsappMessage:
    """Send what only goes inside the 24-hour window. Raises WindowClosed, before anything is sent."""
    note = await require_open(telnyx, how.from_number, how.to)
    message = await send(telnyx, progress, inbox, how, {"type": kind, kind: content})
    return message.model_copy(update={"note": note})


async def send(
    telnyx: Telnyx, progress: Progress, inbox: Inbox, how: Delivery, message: Mapping[str, object]
) -> WhatsappMessage:
    body = {
        "from": how.from_number,
        "to": how.to,
        "type": "WHATSAPP",
        "messaging_profile_id": how.messaging_profile_id,
        "webhook_url": how.webhook_url,
        "whatsapp_message": present({**message, "biz_opaque_callback_data": how.callback_data}),
    }
    answer = await telnyx.post("/messages/whatsapp", body=present(body), idempotency_key=True)
    sent = shape(WhatsappMessage, answer)
    return await delivery(telnyx, sent, progress, inbox) if how.wait_for else sent
