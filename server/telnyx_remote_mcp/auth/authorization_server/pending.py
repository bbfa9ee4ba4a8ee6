"""Authorization requests that wait for a person's decision."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from typing import Final

from pydantic import TypeAdapter

from telnyx_remote_mcp.clock import Clock
from telnyx_remote_mcp.store.base import Store
from telnyx_remote_mcp.store.record import Record

PENDING_SECS: Final = 600
_KIND: Final = "authorization_request"


@dataclass(frozen=True, slots=True)
class AskingClient:
    """Who asks. `name` is its own word; `host` is where the browser is sent back to, and `verified` says that a
    document on that host vouches for the client. `on_this_machine` is a program on the person's computer: one that
    listens on loopback, or an app with a scheme of its own."""

    id: str
    name: str
    host: str
    verified: bool
    on_this_machine: bool
    redirect_uri: str


@dataclass(frozen=True, slots=True)
class Pending:
    """One request. Times are Unix seconds."""

    id: str
    client: AskingClient
    scopes: tuple[str, ...]
    resource: str
    state: str | None
    code_challenge: str
    expires_at: int
    parameters: tuple[tuple[str, str], ...]
    """As the client sent them."""


_PENDING: Final = Record(_KIND, TypeAdapter(Pending))


class Gone(Exception):
    """The request was decided already, was left open for more than ten minutes, or is not valid any more."""


class PendingRequests:
    """The open requests of all replicas, each for ten minutes and for one decision."""

    def __init__(self, store: Store, *, clock: Clock = time.time) -> None:
        self._store = store
        self._clock = clock

    async def add(
        self,
        client: AskingClient,
        scopes: tuple[str, ...],
        resource: str,
        parameters: tuple[tuple[str, str], ...],
    ) -> Pending:
        given = dict(parameters)
        pending = Pending(
            id=secrets.token_urlsafe(32),
            client=client,
            scopes=scopes,
            resource=resource,
            state=given.get("state"),
            code_challenge=given["code_challenge"],
            expires_at=int(self._clock()) + PENDING_SECS,
            parameters=parameters,
        )
        await self._store.put(_KIND, pending.id, _PENDING.dump(pending), PENDING_SECS)
        return pending

    async def get(self, request_id: str) -> Pending | None:
        kept = await self._store.get(_KIND, request_id)
        return _PENDING.load(kept) if kept is not None else None

    async def take(self, request_id: str) -> Pending | None:
        """The request, whose decision is the caller's: nobody else gets it."""
        kept = await self._store.take(_KIND, request_id)
        return _PENDING.load(kept) if kept is not None else None
