"""Ends long-lived streams soon after the grant that they were opened under has ended."""

from __future__ import annotations

from typing import Final, Protocol

import anyio
from starlette.types import ASGIApp, Receive, Scope, Send

from telnyx_remote_mcp.auth.caller import Caller
from telnyx_remote_mcp.http.open_streams import STAYS_OPEN, OpenResponse

LOOK_EVERY_SECS: Final = 1.0


class ActiveGrants(Protocol):
    """Says whether a grant still gives access."""

    async def is_active(self, grant_id: str) -> bool: ...


class EndsWithGrant:
    """Ends the GET streams of older clients and the subscriptions of newer ones soon after their grant has ended.

    Calls in progress are left to finish: their request to Telnyx may have been sent, and the client should learn its
    outcome.
    """

    def __init__(self, app: ASGIApp, grants: ActiveGrants) -> None:
        self.app = app
        self._grants = grants

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        caller = Caller.of(scope) if scope["type"] == "http" and _stays_open(scope) else None
        if caller is None or caller.grant_id is None:
            await self.app(scope, receive, send)
            return
        response = OpenResponse(send)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._watch, caller.grant_id, tasks.cancel_scope)
            await self.app(scope, receive, response.send)
            tasks.cancel_scope.cancel()
        await response.finish()

    async def _watch(self, grant_id: str, stream: anyio.CancelScope) -> None:
        while True:
            if not await self._grants.is_active(grant_id):
                stream.cancel()
            await anyio.sleep(LOOK_EVERY_SECS)


def _stays_open(scope: Scope) -> bool:
    return scope["method"] == "GET" or any(
        name == b"mcp-method" and value in STAYS_OPEN for name, value in scope["headers"]
    )
