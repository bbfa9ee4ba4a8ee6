"""HTTP/1.1 with the limits that uvicorn lacks: on the size of request heads, and on idle connections."""

from __future__ import annotations

import asyncio
from typing import Final

from uvicorn._types import ASGI3Application
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

MAX_HEAD_BYTES: Final = 32_768
MAX_HEADERS: Final = 100
HEAD_SECS: Final = 10.0
READING_SECS: Final = 30.0
"""How long a client may take nothing of what is written to it."""
LINGER_SECS: Final = 0.5
"""How long an idle connection stays open at shutdown: a request may be on its way."""
MAX_PIPELINED: Final = 8
MAX_CONNECTIONS: Final = 2_000
"""Of one process. One more closes the connection that has waited longest for its next request."""

_BODY: Final = b'{"error":"headers_too_large","error_description":"A request has at most 32 kB and 100 headers."}'
_TOO_LARGE: Final = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-type: application/json\r\nconnection: close\r\n"
    b"content-length: %d\r\n\r\n%s" % (len(_BODY), _BODY)
)


class _RefusedError(Exception):
    """Raised through the parser to make it stop."""


class BoundedProtocol(HttpToolsProtocol):
    """Answers 431 to a head above 32 kB or 100 headers, and closes a connection whose head takes above 10 seconds.

    The time starts with the connection, and again with the end of each answer; the rest of a body that was not read
    has to arrive in it too. Trailers of a chunked body are dropped: no layer has checked them, and they would count as
    headers.

    A client that takes nothing of its answer for 30 seconds is cut off; its request ends then, as if it had left.
    """

    _head_bytes = 0
    _header_count = 0
    _in_head = True
    _too_large = False
    _ends = False
    _deadline: asyncio.TimerHandle | None = None
    _reading: asyncio.TimerHandle | None = None
    _working: RequestResponseCycle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # of uvicorn, typed so
        super().connection_made(transport)
        self._expect_head()
        if len(self.connections) > MAX_CONNECTIONS:
            _close_idlest(self)

    def connection_lost(self, exc: Exception | None) -> None:
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
        while data and not self.transport.is_closing():
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
        if self._ends and self.cycle is not None:
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
        self._working = cycle
        super()._start_asgi_task(cycle, app)

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


def _close_idlest(newcomer: BoundedProtocol) -> None:
    others = (each for each in newcomer.connections if isinstance(each, BoundedProtocol) and each.is_idle)
    min(others, key=lambda each: each.waiting_since, default=newcomer).transport.abort()
