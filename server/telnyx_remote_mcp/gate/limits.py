"""Limits on requests: how many a minute of one principal, and how many at work at a time, of one and of all."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict, deque
from dataclasses import dataclass
from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

from telnyx_remote_mcp.auth.caller import Caller
from telnyx_remote_mcp.buckets import Rate
from telnyx_remote_mcp.calls import slot
from telnyx_remote_mcp.http.open_streams import STAYS_OPEN
from telnyx_remote_mcp.http.refusal import Refusal, retry_after
from telnyx_remote_mcp.telemetry.meter import UNMEASURED, Meter

PER_PRINCIPAL: Final = 16
WAITING: Final = 64
"""Of one principal. Who waits costs little: of the body nothing was read yet."""
WAIT_SECS: Final = 10.0
OVERALL: Final = 1_024
LISTENING: Final = " listening"


class RateLimit:
    """Bounds the requests of one authenticated principal, as `rate` counts them; stands behind `Authenticate`."""

    def __init__(self, app: ASGIApp, rate: Rate, per_minute: int) -> None:
        self.app = app
        self._per_minute = per_minute
        self._rate = rate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            wait = await self._rate.take(Caller.of(scope).principal)
            if wait:
                await self._refusal(wait)(scope, receive, send)
                return
        await self.app(scope, receive, send)

    def _refusal(self, wait: float) -> Refusal:
        return Refusal(
            429,
            "rate_limited",
            f"This account may send {self._per_minute} requests per minute here; "
            "wait as long as Retry-After says, then repeat the request.",
            retry_after(wait),
        )


class InFlight:
    """Lets so many requests of a principal work at a time; stands behind `Authenticate`.

    More of them wait, so many and for so long, then get a 429; where too many of all principals work, a 503 comes at
    once. Subscriptions, which last, have as many places of their own; a call lends its place while it waits for an
    event. The streams that older clients open with GET are not counted: each session has one.
    """

    def __init__(
        self,
        app: ASGIApp,
        per_principal: int = PER_PRINCIPAL,
        waiting: int = WAITING,
        wait_secs: float = WAIT_SECS,
        overall: int = OVERALL,
        meter: Meter = UNMEASURED,
    ) -> None:
        self.app = app
        self._meter = meter
        self._per_principal = per_principal
        self._waiting = waiting
        self._wait_secs = wait_secs
        self._overall = overall
        self._working: Counter[str] = Counter()
        self._queues: defaultdict[str, deque[asyncio.Future[None]]] = defaultdict(deque)
        self._all = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] == "GET":
            await self.app(scope, receive, send)
            return
        principal = Caller.of(scope).principal + (LISTENING if _listens(scope) else "")
        try:
            await self._enter(principal)
        except Refusal as refusal:
            await refusal(scope, receive, send)
            return
        slot.assign(scope, _Place(self, principal))
        self._meter.working(1)
        try:
            await self.app(scope, receive, send)
        finally:
            self._meter.working(-1)
            self.leave(principal)

    def take_back(self, principal: str) -> None:
        """Count one more at work, who was before, and only waited meanwhile."""
        self._working[principal] += 1
        self._all += 1

    async def _enter(self, principal: str) -> None:
        if self._all >= self._overall:
            raise _overloaded()
        if self._working[principal] >= self._per_principal:
            await self._wait(principal)  # then the place of one that left is ours
        else:
            self._working[principal] += 1
            self._all += 1

    async def _wait(self, principal: str) -> None:
        queue = self._queues[principal]
        if len(queue) >= self._waiting:
            raise self._too_many()
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        queue.append(place)
        self._meter.waiting(1)
        try:
            async with asyncio.timeout(self._wait_secs):
                await place
        except BaseException as error:
            if place.done() and not place.cancelled():
                self.leave(principal)  # it was given just now, and nobody takes it
            elif place in queue:
                queue.remove(place)
            if isinstance(error, TimeoutError):
                raise self._too_many() from None
            raise
        finally:
            self._meter.waiting(-1)

    def leave(self, principal: str) -> None:
        """Give the place of one at work to the next in the queue, or free it."""
        queue = self._queues.get(principal)
        while queue:
            place = queue.popleft()
            if not place.done():
                place.set_result(None)  # the place passes on, and stays counted
                return
        self._queues.pop(principal, None)
        self._all -= 1
        self._working[principal] -= 1
        if not self._working[principal]:
            del self._working[principal]

    def _too_many(self) -> Refusal:
        return Refusal(
            429,
            "too_many_calls",
            f"This account may have {self._per_principal} calls at work at a time here; "
            "wait as long as Retry-After says, then repeat the request.",
            retry_after(2),
        )


@dataclass(frozen=True, slots=True)
class _Place:
    """The place of one request."""

    limit: InFlight
    principal: str

    def leave(self) -> None:
        self.limit.leave(self.principal)

    def take_back(self) -> None:
        self.limit.take_back(self.principal)


def _listens(scope: Scope) -> bool:
    """Return whether the routing header begins a subscription: one that lies is refused, or takes a place."""
    return any(name == b"mcp-method" and value in STAYS_OPEN for name, value in scope["headers"])


def _overloaded() -> Refusal:
    return Refusal(
        503,
        "overloaded",
        "The server is at work for too many callers at the moment; wait as long as Retry-After says, then try again.",
        retry_after(1),
    )
