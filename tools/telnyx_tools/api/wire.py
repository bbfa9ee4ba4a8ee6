"""One attempt of a call: its answer, or what is known if there was none.

Imported at the first call, since aiohttp takes longer to import than the rest of the start.
"""

from __future__ import annotations

import asyncio
import io
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack
from functools import lru_cache
from urllib.request import getproxies, proxy_bypass

import aiohttp
import httpx2
from multidict import CIMultiDict
from yarl import URL

from telnyx_tools.api.call import Call, Failure
from telnyx_tools.api.errors import ResponseTooLarge
from telnyx_tools.api.hosts import is_loopback
from telnyx_tools.api.reply import Reply
from telnyx_tools.api.values import MOST_ANSWER_VALUES
from telnyx_tools.api.weighted_semaphore import WeightedSemaphore

CONNECT_SECS = 5.0
MAX_ERROR_BYTES = 64 * 1024
MAX_CONNECTIONS = 1_024
"""Many times the limit of one principal, so that a few principals cannot take all connections."""
KEEPALIVE_SECS = 15.0
"""Below the idle timeout of load balancers: if one closes a connection during a POST, the outcome is unknown."""
MOST_IN_MEMORY = 64 * 1024 * 1024
"""The most bytes of large answers in memory at a time."""
UNCOUNTED = 1024 * 1024
"""Bytes of an answer up to which it does not count as large; nearly all answers are smaller."""


class Wire:
    """Sends a call once: no redirects, no cookies, no headers of its own but Host and Content-Length.

    It uses the proxy that the environment names, if any. `tls` replaces the certificates that the system and
    `SSL_CERT_FILE` trust. Create it inside the event loop that uses it.
    """

    def __init__(self, *, tls: ssl.SSLContext | None = None) -> None:
        self._proxy: Callable[[str, str], str | None] = lru_cache(64)(environment_proxy)
        self._memory = WeightedSemaphore(MOST_IN_MEMORY)
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=MAX_CONNECTIONS, keepalive_timeout=KEEPALIVE_SECS, ssl=tls or httpx2.create_ssl_context()
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            middlewares=[_once],
            skip_auto_headers=["Accept", "Accept-Encoding", "Content-Type", "User-Agent"],
        )

    async def attempt(self, call: Call) -> Reply | Failure:
        """Send the call and read the whole answer.

        Raises ResponseTooLarge for a 2xx above the call's limit, and for one to a GET that has too many values. The
        answer may take the call's timeout; sending may take as long, plus the time to connect. Errors of aiohttp become
        a Failure in words of this server, since some of them quote headers and addresses.
        """
        if not all(_is_legal(name) and _is_legal(value) for name, value in call.headers):
            return Failure(False, "The request holds a header that HTTP does not allow.")
        url = URL(call.url, encoded=True)
        try:
            async with self._session.request(
                call.method,
                url,
                headers=call.headers,
                data=_body(call),
                allow_redirects=False,
                auto_decompress=call.decompress,
                proxy=self._proxy(url.scheme, url.host or ""),
                timeout=_waits(call.timeout_secs),
            ) as response:
                return await _read(call, response, self._memory)
        except (aiohttp.ClientConnectorError, aiohttp.ClientHttpProxyError, aiohttp.ConnectionTimeoutError):
            return Failure(False, f"No connection to {url.host} could be made.")
        except TimeoutError:
            return Failure(True, f"There was no answer within {call.timeout_secs:g} seconds.")
        except (aiohttp.ClientError, OSError, ValueError):
            return Failure(True, "The connection broke before the answer.")

    async def aclose(self) -> None:
        await self._session.close()


async def _once(request: aiohttp.ClientRequest, send: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    """Keeps aiohttp from repeating an idempotent request whose connection dropped: `Retries` decides that."""
    try:
        return await send(request)
    except aiohttp.ClientConnectorError:
        raise
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError):
        raise aiohttp.ClientConnectionError from None


@lru_cache(16)
def _waits(timeout_secs: float) -> aiohttp.ClientTimeout:
    # Only a connect timeout says that nothing was sent, so it must be the first to end.
    return aiohttp.ClientTimeout(
        total=CONNECT_SECS + timeout_secs, connect=CONNECT_SECS, sock_connect=CONNECT_SECS, sock_read=timeout_secs
    )


def _body(call: Call) -> AsyncIterator[bytes] | io.BytesIO | None:
    if call.stream is not None:
        return call.stream()
    return io.BytesIO(call.content) if call.content else None  # bytes would be sent in one piece


async def _read(call: Call, response: aiohttp.ClientResponse, memory: WeightedSemaphore) -> Reply | Failure:
    ok = 200 <= response.status < 300
    most = call.max_bytes if ok else MAX_ERROR_BYTES
    body = bytearray()
    try:
        # aiohttp's own timeout is per read, so that an answer in small pieces would never end
        async with asyncio.timeout(call.timeout_secs):
            await _fill(body, response, most, memory)
    except (aiohttp.ClientError, OSError):
        if ok:
            reason = f"Telnyx answered HTTP {response.status}, but the answer broke off."
            return Failure(True, reason, response.status)
    if ok and len(body) > most:
        raise ResponseTooLarge(call.label, response.status, most)
    reply = Reply(response.status, _headers(response), bytes(body))
    if ok and call.method == "GET" and reply.is_wide:
        raise ResponseTooLarge(call.label, response.status, MOST_ANSWER_VALUES, "values")
    return reply


async def _fill(body: bytearray, response: aiohttp.ClientResponse, most: int, memory: WeightedSemaphore) -> None:
    """Read the answer, or just enough to know that it is above `most`. Answers above 1 MiB wait for free memory."""
    async with AsyncExitStack() as held:
        while len(body) <= most and (chunk := await response.content.readany()):
            if len(body) <= UNCOUNTED < len(body) + len(chunk):
                await held.enter_async_context(memory.hold(most))
            body += chunk


def _headers(response: aiohttp.ClientResponse) -> Mapping[str, str]:
    """The headers. aiohttp decodes non-ASCII bytes to lone surrogates, which cannot be encoded again: they are
    replaced."""
    found = response.headers
    if all(value.isascii() for value in found.values()):
        return found
    return CIMultiDict((name, value.encode("ascii", "replace").decode()) for name, value in found.items())


def _is_legal(text: str) -> bool:
    return text.isascii() and text.isprintable()


def environment_proxy(scheme: str, host: str) -> str | None:
    """The URL of the proxy that the environment names for this host (`HTTPS_PROXY`, `NO_PROXY`), if any."""
    if is_loopback(host) or proxy_bypass(host):
        return None
    proxy = getproxies().get(scheme)
    return f"http://{proxy}" if proxy and "://" not in proxy else proxy
