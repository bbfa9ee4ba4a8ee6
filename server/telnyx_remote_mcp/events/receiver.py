"""The webhook receiver: accepts what Telnyx signed for an inbox, and answers once the event is stored."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from telnyx_remote_mcp.clock import steady
from telnyx_remote_mcp.events.addresses import Address, Addresses, key_of
from telnyx_remote_mcp.events.inbox_events import InboxEvents
from telnyx_remote_mcp.events.refusals import Refusals
from telnyx_remote_mcp.events.signature import is_signed, read_key
from telnyx_remote_mcp.http.refusal import Refusal, retry_after
from telnyx_remote_mcp.store.base import StoreUnavailable
from telnyx_remote_mcp.telemetry.meter import UNMEASURED, Meter
from telnyx_tools.api.values import MOST_VALUES, values_in
from telnyx_tools.shared.telnyx_events import from_webhook
from telnyx_tools.tool.event import Event, seconds

PATH: Final = "/webhooks/{inbox}"
MAX_BYTES: Final = 262_144
MAX_SECS: Final = 5.0
"""How long a body may take to arrive: Telnyx gives up after two seconds."""

logger = logging.getLogger(__name__)


class Receiver:
    """The ASGI app for webhooks. It stands behind a limit on bodies.

    `arrived` is called with the account of every new event. `on_event` is called with every signed event before it is
    stored: if `on_event` fails, Telnyx sends the event again.

    Answers 404 if the inbox does not exist, 401 if the account's key did not sign the body within five minutes, and 503
    while the event cannot be stored; Telnyx then sends it again. A 2xx means that the event is stored, now or earlier,
    or that the body holds no event.
    """

    def __init__(
        self,
        addresses: Addresses,
        inbox_events: InboxEvents,
        refusals: Refusals,
        arrived: Callable[[str], None],
        *,
        on_event: Callable[[str, Event], Awaitable[None]] | None = None,
        meter: Meter = UNMEASURED,
    ) -> None:
        self._addresses = addresses
        self._inbox_events = inbox_events
        self._refusals = refusals
        self._arrived = arrived
        self._on_event = on_event
        self._meter = meter

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._take(Request(scope, receive))
            answer: Response | Refusal = Response(status_code=200, headers={"Cache-Control": "no-store"})
        except Refusal as refusal:
            answer = refusal
        except StoreUnavailable as error:
            logger.warning("A webhook could not be kept: %s", error)
            self._meter.event("in", "unavailable")
            answer = Refusal(503, "unavailable", "The event cannot be kept now; send it again.", retry_after(1))
        await answer(scope, receive, send)

    async def _take(self, request: Request) -> None:
        if request.method != "POST":
            raise Refusal(405, "method_not_allowed", "Webhooks are POSTed here.", {"Allow": "POST"})
        inbox_id = request.path_params["inbox"]
        address = await self._addresses.find(inbox_id)
        if address is None:
            self._meter.event("in", "unknown_inbox")
            raise Refusal(404, "not_found", "There is no such inbox.")
        body = await request.body()
        if not self._is_signed(address, request, body):
            self._refusals.count(key_of(inbox_id))
            self._meter.event("in", "refused")
            raise Refusal(401, "bad_signature", "Not signed with the key of this inbox's account within five minutes.")
        event = read(body)
        if event is not None and self._on_event is not None:
            await self._on_event(address.principal, event)
        if event is None:
            self._meter.event("in", "no_event")
        elif await self._inbox_events.append(address.principal, event):
            self._arrived(address.principal)
            self._meter.event("in", "kept", self._lag(event))
        else:
            self._meter.event("in", "known")

    def _lag(self, event: Event) -> float | None:
        """Seconds since the event occurred."""
        at = seconds(event.occurred_at)
        return max(0.0, time.time() - at) if at is not None else None

    def _is_signed(self, address: Address, request: Request, body: bytes) -> bool:
        headers = request.headers
        timestamp, signature = headers.get("telnyx-timestamp", ""), headers.get("telnyx-signature-ed25519", "")
        return is_signed(_keys(address.public_keys), timestamp, signature, body, time.time(), steady())


def read(body: bytes) -> Event | None:
    """The event in a webhook's body; None if there is none, which sending it again would not change."""
    if values_in(body) > MOST_VALUES:
        return None
    try:
        return from_webhook(json.loads(body))
    except (ValueError, RecursionError):
        return None


def _keys(public_keys: Sequence[str]) -> list[Ed25519PublicKey]:
    return [read_key(each) for each in public_keys]
