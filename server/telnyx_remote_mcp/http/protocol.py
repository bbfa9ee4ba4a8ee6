"""HTTP/1.1 with the limits that uvicorn lacks: on the size of request heads, and on connections, idle and all."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from typing import ClassVar, Final

from uvicorn._types import ASGI3Application
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from telnyx_remote_mcp.http import health
from telnyx_remote_mcp.http.refusal import Refusal, retry_after
from telnyx_remote_mcp.telemetry.meter import UNMEASURED, Meter

MAX_HEAD_BYTES: Final = 32_768
MAX_HEADERS: Final = 100
HEAD_SECS: Final = 10.0
READING_SECS: Final = 30.0
"""How long a client may take nothing of what is written to it."""
LINGER_SECS: Final = 0.5
"""How long an idle connection stays open at shutdown, and any after a refusal: a request may be on its way."""
MAX_PIPELINED: Final = 8
MAX_CONNECTIONS: Final = 3_200
"""Of one process. One more closes the connection that has waited longest for its next request. It is more than the
requests that may be at work and the calls that may wait for events: those limits answer by account, and come first."""
RESERVE: Final = 64
"""How many more there may be where all have a request: there the health checks are served and others get a 503."""

_TOO_LARGE: Final = Refusal(431, "headers_too_large", "A request has at most 32 kB and 100 headers.").last_words()
_OVERLOADED: Final = Refusal(
    503,
    "overloaded",
    "The server has as many connections as it can hold; wait as long as Retry-After says, then try again.",
    retry_after(2),
).last_words()


class _RefusedError(Exception):
    """Raised through the parser to make it stop."""


class BoundedProtocol(HttpToolsProtocol):
    """Answers 431 to a head above 32 kB or 100 headers, and closes a connection whose head takes above 10 seconds.

    The time starts with the connection, and again with the end of each answer; the rest of a body that was not read
    has to arrive in it too. Trailers of a chunked body are dropped: no layer has checked them, and they would count as
    headers.

    A client that takes nothing of its answer for 30 seconds is cut off; its request ends then, as if it had left.

    Where each connection of the process has a request, a new one gets a 503, unless it asks for a health check: whoever
    asks for that would end the process, with all that waits in it.
    """

    meter: ClassVar[Meter] = UNMEASURED
    """Measures the connections of this process."""

    _head_bytes = 0
    _header_count = 0
    _in_head = True
    _too_large = False
    _ends = False
    _in_reserve = False
    _refused = False
    _deadline: asyncio.TimerHandle | None = None
    _reading: asyncio.TimerHandle | None = None
    _working: RequestResponseCycle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # of uvicorn, typed so
        super().connection_made(transport)
        self.meter.connected(1)
        self._since = time.monotonic()  # finer than the time of a loop
        self._expect_head()
        if len(self.connections) > MAX_CONNECTIONS:
            self._make_room()

    def connection_lost(self, exc: Exception | None) -> None:
        self.meter.connected(-1)
        self._forget_deadline()
        if self._reading is not None:
            self._reading.cancel()
        super().connection_lost(exc)
        if self._working is not None and not self._working.response_complete:
            self._working.disconnected = True  # uvicorn tells this only the request that came last
            self._working.message_event.set()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._expect_reading()

    def data_received(self, data: bytes) -> None:
        """Feed the parser. It gets no more of a head than the limit, because a head that it holds incomplete costs
        most."""
        while data and not (self._refused or self.transport.is_closing()):
            begins_in_head = self._in_head
            piece = data[: MAX_HEAD_BYTES - self._head_bytes] if begins_in_head else data
            super().data_received(piece)
            data = data[len(piece) :]
            if begins_in_head and self._in_head:
                self._head_bytes += len(piece)
                if self._head_bytes >= MAX_HEAD_BYTES:
                    self._too_large = True
                    self.send_400_response("")

    def on_message_begin(self) -> None:
        self._header_count = 0
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        if not self._in_head:
            return
        self._header_count += 1
        if self._header_count > MAX_HEADERS:
            self._too_large = True
            raise _RefusedError
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        if len(self.pipeline) >= MAX_PIPELINED:
            raise _RefusedError
        self._in_head, self._head_bytes = False, 0
        self._forget_deadline()
        super().on_headers_complete()
        if (self._ends or self._in_reserve) and self.cycle is not None:
            self.cycle.keep_alive = False

    def on_message_complete(self) -> None:
        self._in_head = True
        super().on_message_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._expect_reading()
        if self.is_idle and not self.transport.is_closing():
            self._expect_head()

    def shutdown(self) -> None:
        """Begin to close: after the answer in progress, or after LINGER_SECS and the answer to a request that comes in
        them."""
        if not self.is_idle:
            super().shutdown()
            return
        self._ends = True
        self.loop.call_later(LINGER_SECS, self._close_idle)

    def send_400_response(self, msg: str) -> None:
        """Close the connection over a request that cannot be parsed. In the middle of an answer, nothing is sent."""
        if self._refused:
            return
        if not self.is_idle:
            self.transport.close()
        elif self._too_large:
            self.transport.write(_TOO_LARGE)
            self.transport.close()
        else:
            super().send_400_response(msg)

    @property
    def is_idle(self) -> bool:
        """Whether no answer is in progress here. The body of the last request may still be arriving."""
        return self.cycle is None or self.cycle.response_complete

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        if self._in_reserve and len(self.connections) <= MAX_CONNECTIONS:
            self._in_reserve = False
        if self._in_reserve and cycle.scope["path"] not in health.PATHS:
            cycle.response_complete = True  # so what else arrives of the request is dropped
            self._refuse()
            return
        self._working = cycle
        super()._start_asgi_task(cycle, app)

    def _make_room(self) -> None:
        """Close the connection that has been idle longest. Where none is idle, this one joins the reserve."""
        idle = (each for each in self._others() if each.is_idle and not each._in_reserve)
        if (idlest := min(idle, key=lambda each: each.waiting_since, default=None)) is not None:
            idlest.transport.abort()
            return
        self._in_reserve = True
        if len(self.connections) > MAX_CONNECTIONS + RESERVE:
            reserve = (each for each in self._others() if each._in_reserve)
            if (oldest := min(reserve, key=lambda each: each._since, default=None)) is not None:
                oldest._refuse()
                oldest.transport.close()

    def _others(self) -> Iterator[BoundedProtocol]:
        """The other open connections of the process."""
        for each in self.connections:
            if isinstance(each, BoundedProtocol) and each is not self and not each.transport.is_closing():
                yield each

    def _refuse(self) -> None:
        """Answer 503. The connection closes once the client has had a moment to send its request and read the answer:
        if it were closed before, the client would see it reset."""
        if self._refused or self._working is not None:
            return
        self._refused = True
        self._forget_deadline()
        self.transport.write(_OVERLOADED)
        self.transport.write_eof()
        self.loop.call_later(LINGER_SECS, self.transport.close)

    def _expect_head(self) -> None:
        self._forget_deadline()
        self._deadline = self.loop.call_later(HEAD_SECS, self._close_idle)

    def _forget_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _expect_reading(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
        unread = self.transport.get_write_buffer_size()
        self._reading = self.loop.call_later(READING_SECS, self._abort_unread, unread) if unread else None

    def _abort_unread(self, before: int) -> None:
        """End the connection where nothing was read of `before` bytes, and nothing else can be written meanwhile."""
        if not (self.flow.write_paused or self.transport.is_closing()):
            return
        if self.transport.get_write_buffer_size() < before:
            self._expect_reading()
        else:
            self.transport.abort()

    def _close_idle(self) -> None:
        if self.is_idle:
            self.transport.close()

    @property
    def waiting_since(self) -> float:
        return self._deadline.when() if self._deadline is not None else float("inf")
