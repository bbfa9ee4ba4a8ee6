"""Messages that only go inside the 24-hour window: texts, media, places, reactions."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from telnyx_tools.api.client import Telnyx
from telnyx_tools.argument_errors import InvalidArguments, Problem
from telnyx_tools.groups.whatsapp import whatsapp
from telnyx_tools.groups.whatsapp.message import (
    CHECK,
    FREE_FORM_CALLS,
    CallbackData,
    Delivery,
    Profile,
    WaitFor,
    Webhook,
    WhatsappMessage,
    send_free_form,
)
from telnyx_tools.tool.bodies import present
from telnyx_tools.tool.context import Inbox, Progress
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.source import From
from telnyx_tools.tool.types import Id, Url, WhatsappNumber, WhatsappRecipient

Kind = Literal["image", "video", "audio", "document", "sticker"]
_CAPTIONED = ("image", "video", "document")


@whatsapp.tool(effect=Effect.SPENDS, scope="messaging.write", calls=FREE_FORM_CALLS, core=True, check=CHECK)
async def send_whatsapp_text(
    telnyx: Telnyx,
    progress: Progress,
    inbox: Inbox,
    from_number: WhatsappNumber,
    to: WhatsappRecipient,
    text: Annotated[str, Field(min_length=1, max_length=4096)],
    preview_url: Annotated[bool | None, Field(description="show a preview of the first link")] = None,
    messaging_profile_id: Profile = None,
    webhook_url: Webhook = None,
    callback_data: CallbackData = None,
    wait_for: WaitFor = None,
) -> WhatsappMessage:
    """Send a WhatsApp text to someone who wrote to you in the last 24 hours (checked first); else use
    send_whatsapp_template."""
    how = Delivery(from_number, to, messaging_profile_id, webhook_url, callback_data, wait_for)
    content = present({"body": text, "preview_url": preview_url})
    return await send_free_form(telnyx, progress, inbox, how, "text", content)


@whatsapp.tool(effect=Effect.SPENDS, scope="messaging.write", calls=FREE_FORM_CALLS, check=CHECK)
async def send_whatsapp_media(
    telnyx: Telnyx,
    progress: Progress,
    inbox: Inbox,
    from_number: WhatsappNumber,
    to: WhatsappRecipient,
    kind: Kind,
    media_url: Url,
    caption: Annotated[str | None, Field(max_length=1024, description="image, video, document")] = None,
    filename: Annotated[
        str | None, Field(max_length=240, description="document: the name that the person sees")
    ] = None,
    voice: Annotated[bool | None, Field(description="audio: play it as a voice message (OGG with OPUS)")] = None,
    messaging_profile_id: Profile = None,
    webhook_url: Webhook = None,
    callback_data: CallbackData = None,
    wait_for: WaitFor = None,
) -> WhatsappMessage:
    """Send a picture, video, audio, document or sticker from a public URL by WhatsApp, to a person who wrote to you in
    the last 24 hours (checked first)."""
    _require_fitting(kind, caption, filename, voice)
    how = Delivery(from_number, to, messaging_profile_id, webhook_url, callback_data, wait_for)
    content = present({"link": media_url, "caption": caption, "filename": filename, "voice": voice})
    return await send_free_form(telnyx, progress, inbox, how, kind, content)


@whatsapp.tool(effect=Effect.SPENDS, scope="messaging.write", calls=FREE_FORM_CALLS, check=CHECK)
async def send_whatsapp_location(
    telnyx: Telnyx,
    progress: Progress,
    inbox: Inbox,
    from_number: WhatsappNumber,
    to: WhatsappRecipient,
    latitude: Annotated[float, Field(ge=-90, le=90)],
    longitude: Annotated[float, Field(ge=-180, le=180)],
    name: str | None = None,
    address: Annotated[str | None, Field(description="shown below the name")] = None,
    messaging_profile_id: Profile = None,
    webhook_url: Webhook = None,
    callback_data: CallbackData = None,
    wait_for: WaitFor = None,
) -> WhatsappMessage:
    """Send a map location by WhatsApp to a person who wrote to you in the last 24 hours (checked first)."""
    how = Delivery(from_number, to, messaging_profile_id, webhook_url, callback_data, wait_for)
    place = {"latitude": f"{latitude:.6f}", "longitude": f"{longitude:.6f}", "name": name, "address": address}
    return await send_free_form(telnyx, progress, inbox, how, "location", present(place))


@whatsapp.tool(effect=Effect.SPENDS, scope="messaging.write", calls=FREE_FORM_CALLS, check=CHECK)
async def send_whatsapp_reaction(
    telnyx: Telnyx,
    progress: Progress,
    inbox: Inbox,
    from_number: WhatsappNumber,
    to: WhatsappRecipient,
    message_id: Annotated[Id, From("an event", what="the person's message")],
    emoji: Annotated[str, Field(max_length=20, description='one emoji; "" takes the reaction back')],
    messaging_profile_id: Profile = None,
    webhook_url: Webhook = None,
    callback_data: CallbackData = None,
    wait_for: WaitFor = None,
) -> WhatsappMessage:
    """React with an emoji to a WhatsApp message that a person sent in the last 24 hours (checked first)."""
    how = Delivery(from_number, to, messaging_profile_id, webhook_url, callback_data, wait_for)
    return await send_free_form(telnyx, progress, inbox, how, "reaction", {"message_id": message_id, "emoji": emoji})


def _require_fitting(kind: Kind, caption: str | None, filename: str | None, voice: bool | None) -> None:
    """Raises InvalidArguments for what this kind of media does not have."""
    problems = []
    if caption is not None and kind not in _CAPTIONED:
        problems.append(Problem("caption", f"Leave it out: {kind} has none. Send the words with send_whatsapp_text."))
    if filename is not None and kind != "document":
        problems.append(Problem("filename", "Leave it out: only a document has one."))
    if voice is not None and kind != "audio":
        problems.append(Problem("voice", "Leave it out: only audio can be a voice message."))
    if problems:
        raise InvalidArguments(problems)
