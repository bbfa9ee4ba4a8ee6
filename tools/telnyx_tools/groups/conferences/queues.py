"""Queues: calls that wait for someone."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from telnyx_tools.api.client import Telnyx
from telnyx_tools.groups.conferences import conferences
from telnyx_tools.results.pages import Page, PageCursor, PageSize, fetch_page
from telnyx_tools.results.result import Detail, Result, shape
from telnyx_tools.tool.bodies import present
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.source import From
from telnyx_tools.tool.types import CallControlId, QueueName

MaxSize = Annotated[int, Field(ge=1, description="calls that may wait")]
QueuedCallId = Annotated[CallControlId, From("list_queue_calls")]


class Queue(Result):
    id: str | None = None
    name: str | None = None
    status: str | None = None
    current_size: int | None = Field(None, description="calls waiting")
    max_size: int | None = None
    average_wait_time_secs: int | None = None
    created_at: str | None = None


class QueueCall(Result):
    call_control_id: str | None = None
    status: str | None = None
    sender: str | None = Field(None, alias="from")
    to: str | None = None
    queue_position: int | None = None
    wait_time_secs: int | None = None
    enqueued_at: str | None = None
    is_alive: bool | None = None
    call_session_id: str | None = None
    connection_id: str | None = None


@conferences.tool(effect=Effect.READ, scope="voice.read", calls="GET /queues")
async def list_queues(
    telnyx: Telnyx, page: PageCursor = "1", page_size: PageSize = 20, detail: Detail = "summary"
) -> Page[Queue]:
    """Call queues, with the number of waiting calls and their wait times."""
    return await fetch_page(Queue, telnyx, "/queues", {}, page=page, page_size=page_size, detail=detail)


@conferences.tool(effect=Effect.READ, scope="voice.read", calls="GET /queues/{queue_name}")
async def get_queue(telnyx: Telnyx, queue_name: QueueName, detail: Detail = "summary") -> Queue:
    """A call queue and its number of waiting calls."""
    return shape(Queue, await telnyx.get("/queues/{queue_name}", queue_name=queue_name), detail)


@conferences.tool(effect=Effect.WRITE, scope="voice.write", calls="POST /queues")
async def create_queue(
    telnyx: Telnyx,
    queue_name: Annotated[str, Field(min_length=1, max_length=255, description="new, up to 255 characters")],
    max_size: MaxSize | None = None,
) -> Queue:
    """Create a call queue."""
    body = present({"queue_name": queue_name, "max_size": max_size})
    return shape(Queue, await telnyx.post("/queues", body=body))


@conferences.tool(effect=Effect.WRITE, scope="voice.write", calls="POST /queues/{queue_name}", idempotent=True)
async def update_queue(telnyx: Telnyx, queue_name: QueueName, max_size: MaxSize) -> Queue:
    """Change how many calls a queue can hold."""
    return shape(Queue, await telnyx.post("/queues/{queue_name}", body={"max_size": max_size}, queue_name=queue_name))


@conferences.tool(effect=Effect.DESTROY, scope="voice.write", calls="DELETE /queues/{queue_name}")
async def delete_queue(telnyx: Telnyx, queue_name: QueueName) -> Queue:
    """Delete an empty call queue."""
    answer = await telnyx.delete("/queues/{queue_name}", queue_name=queue_name)
    return shape(Queue, answer or {"name": queue_name, "status": "deleted"})


@conferences.tool(effect=Effect.READ, scope="voice.read", calls="GET /queues/{queue_name}/calls")
async def list_queue_calls(
    telnyx: Telnyx,
    queue_name: QueueName,
    page: PageCursor = "1",
    page_size: PageSize = 20,
    detail: Detail = "summary",
) -> Page[QueueCall]:
    """Calls waiting in a queue, and for how long."""
    return await fetch_page(
        QueueCall,
        telnyx,
        "/queues/{queue_name}/calls",
        {},
        page=page,
        page_size=page_size,
        detail=detail,
        queue_name=queue_name,
    )


@conferences.tool(effect=Effect.READ, scope="voice.read", calls="GET /queues/{queue_name}/calls/{call_control_id}")
async def get_queue_call(
    telnyx: Telnyx, queue_name: QueueName, call_control_id: QueuedCallId, detail: Detail = "summary"
) -> QueueCall:
    """A call's position in a queue."""
    answer = await telnyx.get(
        "/queues/{queue_name}/calls/{call_control_id}", queue_name=queue_name, call_control_id=call_control_id
    )
    return shape(QueueCall, answer, detail)


@conferences.tool(
    effect=Effect.WRITE,
    scope="voice.write",
    calls="PATCH /queues/{queue_name}/calls/{call_control_id}",
    idempotent=True,
)
async def update_queue_call(
    telnyx: Telnyx,
    queue_name: QueueName,
    call_control_id: QueuedCallId,
    keep_after_hangup: Annotated[bool, Field(description="the call keeps its place after it hung up")],
) -> QueueCall:
    """Set whether a call keeps its place in a queue after it hangs up."""
    answer = await telnyx.patch(
        "/queues/{queue_name}/calls/{call_control_id}",
        body={"keep_after_hangup": keep_after_hangup},
        queue_name=queue_name,
        call_control_id=call_control_id,
    )
    return shape(QueueCall, answer or {"call_control_id": call_control_id, "status": "updated"})


@conferences.tool(
    effect=Effect.DESTROY, scope="voice.write", calls="DELETE /queues/{queue_name}/calls/{call_control_id}"
)
async def remove_queue_call(telnyx: Telnyx, queue_name: QueueName, call_control_id: QueuedCallId) -> QueueCall:
    """Take a call out of a queue; the call itself continues."""
    answer = await telnyx.delete(
        "/queues/{queue_name}/calls/{call_control_id}", queue_name=queue_name, call_control_id=call_control_id
    )
    return shape(QueueCall, answer or {"call_control_id": call_control_id, "status": "removed"})
