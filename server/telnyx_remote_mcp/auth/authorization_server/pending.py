"""Authorization requests that wait for a person's decision."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from typing import Final

from authlib.oauth2.rfc6749 import InvalidRequestError

from telnyx_remote_mcp.auth.authorization_server.error_texts import OwnText
from telnyx_remote_mcp.clock import Clock
from telnyx_remote_mcp.http.refusal import Refusal, retry_after
from telnyx_remote_mcp.store.base import Store
from telnyx_remote_mcp.store.records import Records
from telnyx_remote_mcp.store.vault import Vault

PENDING_SECS: Final = 600
PENDING_PER_MINUTE: Final = 600
"""From all addresses together. With the two limits below, all pending requests take 50 MB at most."""
MAX_STATE: Final = 2_048
MAX_CHARACTERS: Final = 8_192

_KIND: Final = "authorization_request"
_KEPT: Final = frozenset(
    {
        *("response_type", "client_id", "redirect_uri", "scope", "state", "resource"),
        *("code_challenge", "code_challenge_method"),
    }
)


@dataclass(frozen=True, slots=True)
class AskingClient:
    """The client that asks. `name` is what it calls itself. `host` is where the browser is sent back to; `verified`
    says that a document on that host describes the client. `on_this_machine` is true for a program on the person's
    computer: one that listens on loopback, or an app with its own URI scheme."""

    id: str
    name: str
    host: str
    verified: bool
    on_this_machine: bool
    redirect_uri: str


@dataclass(frozen=True, slots=True)
class Pending:
    """One pending request. Times are Unix seconds."""

    id: str
    client: AskingClient
    scopes: tuple[str, ...]
    resource: str
    expires_at: int
    parameters: tuple[tuple[str, str], ...]
    """The parameters that are used, as the client sent them."""

    @property
    def state(self) -> str | None:
        return dict(self.parameters).get("state")


class Gone(Exception):
    """The request was decided already, has expired after ten minutes, or is not valid any more."""


class PendingRequests:
    """The pending requests of all replicas. Each waits for ten minutes, for one decision."""

    def __init__(self, store: Store, vault: Vault, *, clock: Clock = time.time) -> None:
        self._records = Records(store, vault, _KIND, Pending)
        self._room = store.rate("pending", PENDING_PER_MINUTE)
        self._clock = clock

    async def add(
        self,
        client: AskingClient,
        scopes: tuple[str, ...],
        resource: str,
        parameters: tuple[tuple[str, str], ...],
    ) -> Pending:
        """Store a request. Raises InvalidRequestError for a large one, and the 429 where there are too many."""
        kept = tuple((name, value) for name, value in parameters if name in _KEPT)
        if len(dict(kept).get("state", "")) > MAX_STATE or sum(len(value) for _, value in kept) > MAX_CHARACTERS:
            raise InvalidRequestError(OwnText(f"The request is too large: state may have {MAX_STATE} characters."))
        if wait := await self._room.take(""):
            raise Refusal(429, "slow_down", "Too many people sign in at this moment; try again.", retry_after(wait))
        pending = Pending(
            id=secrets.token_urlsafe(32),
            client=client,
            scopes=scopes,
            resource=resource,
            expires_at=int(self._clock()) + PENDING_SECS,
            parameters=kept,
        )
        await self._records.put(pending.id, pending, PENDING_SECS)
        return pending

    async def get(self, request_id: str) -> Pending | None:
        return await self._records.get(request_id)

    async def take(self, request_id: str) -> Pending | None:
        """Take the request out of the store to decide it: only one caller gets it."""
        return await self._records.take(request_id)
