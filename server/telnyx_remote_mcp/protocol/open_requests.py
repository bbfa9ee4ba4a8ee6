"""Requests that stay open: how they wait for events, notify the client, and end with the server."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import mcp_types as types
from mcp.shared.exceptions import MCPError
from mcp_types.version import MODERN_PROTOCOL_VERSIONS
from pydantic import BaseModel

from telnyx_remote_mcp.protocol.listings import Context
from telnyx_tools.tool.shutdown import Shutdown

if TYPE_CHECKING:
    from telnyx_remote_mcp.events.inbox_events import InboxEvent
    from telnyx_remote_mcp.events.waiting import Listener

SUBSCRIPTION_ID = "io.modelcontextprotocol/subscriptionId"


class Notify(BaseModel):
    """A notification of a method that the SDK has no type for."""

    method: str
    params: dict[str, Any]


class OpenRequests:
    """The open requests of a process. Once the process is asked to end, they return their result."""

    def __init__(self) -> None:
        self.shutdown = Shutdown()

    def close(self) -> None:
        """Ask all open requests to end, and calls to stop waiting."""
        self.shutdown.begin()

    async def arriving(self, listener: Listener, secs: float | None = None) -> list[InboxEvent] | None:
        """The next events; an empty list after `secs` without any; None once the server ends."""
        closed, next_ = asyncio.create_task(self.shutdown.begun()), asyncio.create_task(listener.next())
        try:
            await asyncio.wait([closed, next_], timeout=secs, return_when=asyncio.FIRST_COMPLETED)
            if next_.done():
                return next_.result()
            return None if closed.done() else []
        finally:
            closed.cancel()
            next_.cancel()


def meta_of(ctx: Context) -> dict[str, Any]:
    """The `_meta` of every message that belongs to an open request."""
    return {SUBSCRIPTION_ID: ctx.request_id}


async def tell(ctx: Context, method: str, **params: Any) -> None:
    """Send a notification of an open request."""
    message = Notify(method=method, params={**params, "_meta": meta_of(ctx)})
    await ctx.session.send_notification(
        message,  # type: ignore[arg-type]  # the SDK sends any with a method and parameters; it types those it knows
        related_request_id=ctx.request_id,
    )


def check_stays_open(ctx: Context) -> None:
    """Raise an MCPError for the older protocol, where no client could end an open request."""
    if ctx.protocol_version not in MODERN_PROTOCOL_VERSIONS:
        raise MCPError(code=types.METHOD_NOT_FOUND, message=f"{ctx.method} is of protocol 2026-07-28")
