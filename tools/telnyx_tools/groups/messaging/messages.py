"""Messages that were sent or scheduled."""

from __future__ import annotations

from typing import Annotated

from telnyx_tools.api.client import Telnyx
from telnyx_tools.groups.messaging import messaging
from telnyx_tools.groups.messaging.message import Message
from telnyx_tools.results.pages import Cursor, Page, PageCursor, page_of_whole
from telnyx_tools.results.result import Detail, shape
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.source import From
from telnyx_tools.tool.types import MessageId


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


@messaging.tool(effect=Effect.DESTROY, scope="messaging.write", calls="DELETE /messages/{id}", core=True)
async def cancel_scheduled_message(telnyx: Telnyx, message_id: MessageId) -> Message:
    """Cancel a scheduled message, until one minute before its time."""
    return shape(Message, await telnyx.delete("/messages/{id}", id=message_id))
