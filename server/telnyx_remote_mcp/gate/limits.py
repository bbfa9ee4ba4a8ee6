"""Limits on requests: how many one principal may send a minute, and how many run at a time, of one and of all."""

from __future__ import annotations

import asyncio
import time
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
"""Length of one principal's queue. A waiting request costs little, because its body has not been read yet."""
WAIT_SECS: Final = 10.0
OVERALL: Final = 1_024
LISTENING: Final = " listening"


class RateLimit:
    """Answers 429 to a principal that has sent more requests than `rate` allows; runs inside `Authenticate`."""

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
    """Limits how many requests run at a time; runs inside `Authenticate`.

    One principal may run `per_principal` requests. Further ones queue, `waiting` at most, and get a 429 after
    `wait_secs` or when the queue is full. When `overall` requests of all principals run, a new one gets a 503 at once.
    Subscriptions are counted apart from other requests, with the same limits per principal. A call gives up its place
    while it waits for an event. The GET streams of older clients are not counted: each session has one.
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
        """Count a request as running again that gave up its place while it waited. No limit is checked."""
        self._working[principal] += 1
        self._all += 1

    async def _enter(self, principal: str) -> None:
        if self._all >= self._overall:
            raise _overloaded()
        if self._working[principal] >= self._per_principal:
            await self._wait(principal)  # the request that ends hands over its place, which stays counted
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
        began, outcome = time.perf_counter(), "passed"
        try:
            async with asyncio.timeout(self._wait_secs):
                await place
        except BaseException as error:
            if place.done() and not place.cancelled():
                self.leave(principal)  # the place was given just as this request gave up: pass it on
            elif place in queue:
                queue.remove(place)
            outcome = "cancelled"
            if isinstance(error, TimeoutError):
                outcome = "refused"
                raise self._too_many() from None
            raise
        finally:
            self._meter.waiting(-1)
            self._meter.waited(outcome, time.perf_counter() - began)

    def leave(self, principal: str) -> None:
        """Hand the place of a request that ends to the next in the queue, or free it."""
        queue = self._queues.get(principal)
        while queue:
            place = queue.popleft()
            if not place.done():
                place.set_result(None)  # handed over, so it stays counted
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
    """The place that one running request takes up."""

    limit: InFlight
    principal: str

    def leave(self) -> None:
        self.limit.leave(self.principal)

    def take_back(self) -> None:
        self.limit.take_back(self.principal)


def _listens(scope: Scope) -> bool:
    """Return whether the routing header begins a subscription. A false header gains nothing: the request is refused, or
    takes a place all the same."""
    return any(name == b"mcp-method" and value in STAYS_OPEN for name, value in scope["headers"])


def _overloaded() -> Refusal:
    return Refusal(
        503,
        "overloaded",
        "The server is at work for too many callers at the moment; wait as long as Retry-After says, then try again.",
        retry_after(1),
    )
