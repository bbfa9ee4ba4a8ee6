"""Alphanumeric senders: names that stand in place of a sending number."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from telnyx_tools.api.client import Telnyx
from telnyx_tools.groups.messaging import messaging
from telnyx_tools.results.pages import Page, PageCursor, PageSize, fetch_page
from telnyx_tools.results.result import Detail, Result, shape
from telnyx_tools.tool.bodies import present
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.types import E164, AlphanumericSenderId, MessagingProfileId


class AlphanumericSender(Result):
    id: str | None = None
    alphanumeric_sender_id: str | None = Field(None, description="the name")
    messaging_profile_id: str | None = None
    us_long_code_fallback: str | None = None


@messaging.tool(effect=Effect.READ, scope="messaging.read", calls="GET /alphanumeric_sender_ids")
async def list_alphanumeric_senders(
    telnyx: Telnyx,
    messaging_profile_id: MessagingProfileId | None = None,
    page: PageCursor = "1",
    page_size: PageSize = 20,
    detail: Detail = "summary",
) -> Page[AlphanumericSender]:
    """Sender names that messaging profiles may use in place of a number."""
    query = {"filter": {"messaging_profile_id": messaging_profile_id}}
    return await fetch_page(
        AlphanumericSender, telnyx, "/alphanumeric_sender_ids", query, page=page, page_size=page_size, detail=detail
    )


@messaging.tool(
    effect=Effect.SPENDS,
    scope="messaging.write",
    calls="POST /alphanumeric_sender_ids",
    check="Call list_alphanumeric_senders: if the name is there, it was created.",
)
async def create_alphanumeric_sender(
    telnyx: Telnyx,
    name: Annotated[
        str,
        Field(
            pattern=r"^[A-Za-z0-9 ]*[A-Za-z][A-Za-z0-9 ]*$",
            max_length=11,
            description="letters, digits and spaces, at least one letter",
        ),
    ],
    messaging_profile_id: MessagingProfileId,
    us_long_code_fallback: Annotated[
        E164 | None, Field(description="your number that sends to the US, where names are not allowed")
    ] = None,
) -> AlphanumericSender:
    """Let a messaging profile send under a name; then pass the name to send_message as from_number. Recipients cannot
    reply to it."""
    body = {
        "alphanumeric_sender_id": name,
        "messaging_profile_id": messaging_profile_id,
        "us_long_code_fallback": us_long_code_fallback,
    }
    return shape(AlphanumericSender, await telnyx.post("/alphanumeric_sender_ids", body=present(body)))


@messaging.tool(effect=Effect.DESTROY, scope="messaging.write", calls="DELETE /alphanumeric_sender_ids/{id}")
async def delete_alphanumeric_sender(
    telnyx: Telnyx, alphanumeric_sender_id: AlphanumericSenderId
) -> AlphanumericSender:
    """Remove a sender name from its messaging profile."""
    answer = await telnyx.delete("/alphanumeric_sender_ids/{id}", id=alphanumeric_sender_id)
    return shape(AlphanumericSender, answer)
