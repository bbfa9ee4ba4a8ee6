"""One attempt of a call: what was sent, what came back, and what can be known when nothing did."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, field

import httpx2

from telnyx_tools.api.errors import ResponseTooLarge
from telnyx_tools.api.reply import Reply
from telnyx_tools.api.retry import MAX_ATTEMPTS, Replay

CONNECT_SECS = 5.0
READ_SECS = 30.0
LONG_SECS = 120.0
"""For inference, embeddings and uploads."""
MAX_RESPONSE_BYTES = 8 * 1024 * 1024
MAX_ERROR_BYTES = 64 * 1024
MAX_CONNECTIONS = 256
MAX_IDLE_CONNECTIONS = 32
"""httpcore2 polls every idle connection for every request."""
KEEPALIVE_SECS = 15.0
"""Below the idle limit of load balancers: a connection closed under a POST leaves its outcome unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request as it goes on the wire, the same for every attempt.

    `headers` lack Host and Content-Length. `label` is the method and path template, for errors and logs.
    """

    label: str
    method: str
    url: httpx2.URL
    headers: Sequence[tuple[bytes, bytes]] = field(repr=False)
    content: bytes = field(default=b"", repr=False)
    replay: Replay = Replay.NEVER
    attempts: int = MAX_ATTEMPTS
    timeout_secs: float = READ_SECS
    max_bytes: int = MAX_RESPONSE_BYTES


@dataclass(frozen=True, slots=True)
class Failure:
    """An attempt without an answer. `sent` is false only if no byte of the request can have left."""

    sent: bool
    reason: str
    status: int | None = None


class Wire:
    """Sends a call once: no redirects, no cookies, no environment proxies.

    It uses a transport and not `httpx2.AsyncClient`, whose cookie jar all callers would share and whose log
    line shows the whole URL.
    """

    def __init__(self, transport: httpx2.AsyncBaseTransport | None = None) -> None:
        self._transport = transport or httpx2.AsyncHTTPTransport(
            trust_env=False,
            limits=httpx2.Limits(
                max_connections=MAX_CONNECTIONS,
                max_keepalive_connections=MAX_IDLE_CONNECTIONS,
                keepalive_expiry=KEEPALIVE_SECS,
            ),
        )

    async def attempt(self, call: Call) -> Reply | Failure:
        """Send the call and read the whole answer. Raises ResponseTooLarge for a 2xx above the call's limit.

        Transport errors become a Failure in our own words, since httpx2 quotes header values in some of them.
        """
        try:
            response = await self._transport.handle_async_request(_request(call))
        except (httpx2.ConnectError, httpx2.ConnectTimeout):
            return Failure(False, f"No connection to {call.url.host} could be made.")
        except httpx2.PoolTimeout:
            return Failure(False, "All connections to Telnyx are in use.")
        except httpx2.LocalProtocolError:
            return Failure(False, "The request holds a header that HTTP does not allow.")
        except httpx2.TimeoutException:
            return Failure(True, f"There was no answer within {call.timeout_secs:g} seconds.")
        except httpx2.TransportError:
            return Failure(True, "The connection broke before the answer.")
        try:
            return await _read(call, response)
        finally:
            with contextlib.suppress(httpx2.TransportError):
                await response.aclose()

    async def aclose(self) -> None:
        await self._transport.aclose()


def _request(call: Call) -> httpx2.Request:
    headers = [(b"Host", call.url.netloc), *call.headers]
    if call.content or call.method in ("POST", "PUT", "PATCH"):
        headers.append((b"Content-Length", b"%d" % len(call.content)))
    waits = {
        "connect": CONNECT_SECS,
        "pool": CONNECT_SECS,
        "write": call.timeout_secs,
        "read": call.timeout_secs,
    }
    stream = httpx2.ByteStream(call.content)
    return httpx2.Request(call.method, call.url, headers=headers, stream=stream, extensions={"timeout": waits})


async def _read(call: Call, response: httpx2.Response) -> Reply | Failure:
    ok = 200 <= response.status_code < 300
    body = bytearray()
    try:
        # the transport's own limit is per read, under which a drip never ends
        async with asyncio.timeout(call.timeout_secs):
            async with contextlib.aclosing(response.aiter_bytes()) as chunks:
                async for chunk in chunks:
                    body += chunk
                    if len(body) > (call.max_bytes if ok else MAX_ERROR_BYTES):
                        break
    except (httpx2.TransportError, httpx2.DecodingError, TimeoutError):
        if ok:
            reason = f"Telnyx answered HTTP {response.status_code}, but the answer broke off."
            return Failure(True, reason, response.status_code)
    if ok and len(body) > call.max_bytes:
        raise ResponseTooLarge(call.label, response.status_code, call.max_bytes)
    return Reply(response.status_code, response.headers, bytes(body))
