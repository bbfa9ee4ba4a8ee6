"""Outbound deliveries: POST requests to a subscriber's URL, whose IP address is vetted each time."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import AsyncIterator, Coroutine, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import urlsplit

import anyio
import httpx2

from telnyx_remote_mcp.auth.authorization_server.public_fetch import FetchError, PublicFetch, Target, exchange
from telnyx_remote_mcp.events.schedule import asked_secs
from telnyx_remote_mcp.identity import VERSION
from telnyx_remote_mcp.telemetry.meter import UNMEASURED, Meter

TIMEOUT_SECS: Final = 5.0
MAX_ANSWER: Final = 4_096
"""How many bytes of an answer are read: only the echo of a challenge is used, and that is short."""
LONGEST_URL: Final = 2_048

_HEADERS: Final = {
    "Content-Type": "application/json",
    "Accept-Encoding": "identity",
    "User-Agent": f"telnyx-remote-mcp/{VERSION}",
}

Reason = Literal["connection_refused", "timeout", "tls_error", "http_4xx", "http_5xx", "challenge_failed"]
"""All that is reported of a failed delivery: more would reveal the network that this server is in."""


class Undelivered(Exception):
    """A delivery failed; `reason` says why."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason: Reason = reason


@dataclass(frozen=True, slots=True)
class Answer:
    """A subscriber's answer: its status, the beginning of its body, and the seconds that its `Retry-After` asks for."""

    status: int
    body: bytes = b""
    asked_secs: float | None = None

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300


class Endpoint:
    """The endpoint of one subscriber. It reuses a connection while the URL's host still has that address."""

    def __init__(self, fetch: PublicFetch, client: httpx2.AsyncClient, url: str, meter: Meter) -> None:
        self._fetch = fetch
        self._client = client
        self._url = url
        self._meter = meter

    async def post(self, body: bytes, headers: Mapping[str, str], name: str, number: int = 1) -> Answer:
        """Post an event or a control message. Raises Undelivered.

        `name` is the type of the event or the kind of the message, `number` the attempt, counted from 1.
        """
        began, status = time.perf_counter(), "cancelled"
        try:
            answer = await self._reached(body, headers)
            status = str(answer.status)
            return answer
        except Undelivered as undelivered:
            status = undelivered.reason
            raise
        finally:
            self._meter.delivery(name, status, number, time.perf_counter() - began)

    async def _reached(self, body: bytes, headers: Mapping[str, str]) -> Answer:

        async def attempt(target: Target) -> Answer:
            return await self._post(target, body, headers)

        try:
            with anyio.fail_after(TIMEOUT_SECS):
                return await self._fetch.reach(self._url, attempt)
        except (TimeoutError, httpx2.TimeoutException):
            raise Undelivered("timeout") from None
        except (FetchError, httpx2.HTTPError, httpx2.InvalidURL, ValueError, OSError) as error:
            raise Undelivered("tls_error" if _is_of_tls(error) else "connection_refused") from None

    async def _post(self, target: Target, body: bytes, headers: Mapping[str, str]) -> Answer:
        told = {**headers, **_HEADERS, "Host": target.host}
        self._client.cookies.clear()
        async with exchange(self._client, "POST", target, content=body, headers=told) as response:
            answer = b""
            async for chunk in response.aiter_raw():
                answer += chunk
                if len(answer) > MAX_ANSWER:
                    break
            return Answer(response.status_code, answer[:MAX_ANSWER], asked_secs(response.status_code, response.headers))


class Outbound:
    """Opens the endpoints of subscribers."""

    def __init__(self, fetch: PublicFetch, meter: Meter = UNMEASURED) -> None:
        self._fetch = fetch
        self._meter = meter

    @asynccontextmanager
    async def endpoint(self, url: str) -> AsyncIterator[Endpoint]:
        client = self._fetch.client()
        try:
            yield Endpoint(self._fetch, client, url, self._meter)
        finally:
            await _to_its_end(client.aclose())


async def _to_its_end(work: Coroutine[None, None, None]) -> None:
    """Finish the work even if this task is cancelled: stopping halfway would leave connections open."""
    task = asyncio.create_task(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await task
        raise


def check(url: object) -> str:
    """The URL, if events may be delivered to it. Raises ValueError."""
    try:
        parts = urlsplit(url) if isinstance(url, str) and len(url) <= LONGEST_URL else None
        good = parts is not None and parts.scheme == "https" and parts.hostname and parts.port != 0
    except ValueError:
        parts, good = None, None
    if not good or parts is None or "@" in parts.netloc or parts.fragment or not str(url).isascii():
        raise ValueError("delivery.url is an https URL without a user name or a fragment")
    return str(url)


def reason_of(status: int) -> Reason:
    """The reason that an answer without success stands for."""
    return "http_5xx" if status >= 500 else "http_4xx"


def _is_of_tls(error: BaseException) -> bool:
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, ssl.SSLError):
        cause = cause.__cause__ or cause.__context__
    return cause is not None
