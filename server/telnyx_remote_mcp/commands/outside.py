"""Checks a running deployment from outside, as its clients see it: what works, and what to change."""

from __future__ import annotations

import re
import socket
import ssl
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any, Final
from urllib.parse import SplitResult, urlsplit

import anyio
import httpx2

from telnyx_remote_mcp.auth.challenges import STORE_UNAVAILABLE
from telnyx_remote_mcp.commands.proxies import hint, kind
from telnyx_remote_mcp.settings import is_secure

TIMEOUT_SECS: Final = 10.0
AT_ONCE_SECS: Final = 5.0
"""How long to wait for the first data of a stream: the server sends it at once."""
QUIET_SECS: Final = 20.0
"""How long to wait for more data on an open stream: the server sends some every 15 seconds."""
MAX_SKEW_SECS: Final = 60
DAYS_LEFT: Final = 14
CONNECTIONS: Final = 8
"""How many connections a session is asked for on: a load balancer brings some of them to another replica."""
MODERN, LEGACY = "2026-07-28", "2025-11-25"

_ACCEPT: Final = {"Accept": "application/json, text/event-stream"}
_CLIENT: Final = {"name": "telnyx-mcp-server doctor", "version": "1"}
_INITIALIZE: Final = {"protocolVersion": LEGACY, "capabilities": {}, "clientInfo": _CLIENT}
_META: Final = {
    "io.modelcontextprotocol/protocolVersion": MODERN,
    "io.modelcontextprotocol/clientInfo": _CLIENT,
    "io.modelcontextprotocol/clientCapabilities": {},
}
_LISTEN: Final = {"notifications": {"toolsListChanged": True}}
_ELSEWHERE: Final = "https://elsewhere.example"
_ERROR: Final = re.compile(r"[a-z_]{1,40}")


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check. `text` is what was found, or what to do."""

    good: bool
    text: str


class Deployment:
    """The server at `url`, which may include the path of its endpoint. With a `key` more can be checked."""

    def __init__(self, url: str, key: str | None = None) -> None:
        self._base = url.rstrip("/").removesuffix("/v2/mcp").removesuffix("/mcp").rstrip("/")
        self._parts = urlsplit(self._base)
        self._key = key
        self._proxy = ""

    async def examine(self) -> AsyncIterator[Finding]:
        """Run all checks; stop after a failure that makes the remaining ones meaningless."""
        for finding in await self._on_the_way():
            yield finding
            if not finding.good:
                return
        async with httpx2.AsyncClient(timeout=TIMEOUT_SECS) as http:
            try:
                challenge = await self._post(http, "tools/list", {}, LEGACY)
            except httpx2.TransportError as error:
                yield Finding(False, f"{self._base}/mcp does not answer ({type(error).__name__})")
                return
            self._proxy = kind(challenge.headers, challenge.text)
            finding = self._challenge(challenge)
            yield finding
            if not finding.good:
                return
            for look in (self._health, self._metadata, self._cors, self._pages, self._eras, self._streams):
                try:
                    for finding in await look(http, challenge):
                        yield finding
                except httpx2.TransportError as error:
                    yield Finding(False, f"{look.__name__[1:]}: no answer ({type(error).__name__})")

    async def _on_the_way(self) -> list[Finding]:
        """Check DNS and TLS."""
        parts = self._parts
        if parts.scheme not in ("http", "https") or not parts.hostname:
            return [Finding(False, f"{self._base} is no URL of a server, such as https://mcp.example.com")]
        if not is_secure(self._base):
            return [Finding(False, f"{self._base} is not https: keys would go over the network for all to read")]
        try:
            found = await anyio.to_thread.run_sync(socket.getaddrinfo, parts.hostname, _port(parts), 0, 1)
        except OSError:
            return [Finding(False, f"{parts.hostname} has no address: make a DNS record for it")]
        addresses = sorted({str(entry[4][0]) for entry in found})
        resolved = Finding(True, f"{parts.hostname} is at {', '.join(addresses)}")
        return [resolved, await self._tls()] if parts.scheme == "https" else [resolved]

    async def _tls(self) -> Finding:
        """Check whether clients trust the certificate, and for how long."""
        try:
            version, ends = await anyio.to_thread.run_sync(_handshake, self._parts)
        except ssl.SSLCertVerificationError as error:
            self._proxy = await self._behind_any_certificate()
            return Finding(
                False, f"The certificate is not trusted: {error.verify_message}; {self._hint('certificate')}"
            )
        except (OSError, KeyError) as error:
            place = f"{self._parts.hostname}:{_port(self._parts)}"
            return Finding(False, f"No TLS at {place} ({type(error).__name__}): is the proxy up, the port open?")
        days = (ends - time.time()) / 86_400
        left = f"{version}, the certificate is good for another {days:.0f} days"
        if days > DAYS_LEFT:
            return Finding(True, left)
        self._proxy = await self._behind_any_certificate()
        return Finding(False, f"{left}; {self._hint('certificate')}")

    async def _behind_any_certificate(self) -> str:
        """The kind of proxy whose certificate is wrong. The request has no credential, and the answer only chooses a
        hint, so the certificate is not checked."""
        unchecked = ssl.create_default_context()
        unchecked.check_hostname, unchecked.verify_mode = False, ssl.CERT_NONE
        async with httpx2.AsyncClient(timeout=TIMEOUT_SECS, verify=unchecked) as http:
            try:
                answer = await http.get(f"{self._base}/healthz")
            except httpx2.TransportError:
                return ""
        return kind(answer.headers, answer.text)

    def _challenge(self, answer: httpx2.Response) -> Finding:
        """Check the answer to a request without a credential, with which every client begins."""
        status, through = answer.status_code, f" through {self._proxy}" if self._proxy else ""
        if status == 401 and answer.headers.get("www-authenticate", "").lower().startswith("bearer"):
            return Finding(True, f"/mcp asks for a credential{through}")
        if status == 421:
            return Finding(False, f"/mcp is misdirected (421), it is asked under another name; {self._hint('host')}")
        if status in (502, 503, 504, 521, 522, 523):
            return Finding(False, f"/mcp: HTTP {status} of the proxy; {self._hint('unreachable')}")
        if status == 403:
            return Finding(False, f"/mcp: HTTP 403; {self._hint('refused')}")
        if status == 404:
            return Finding(False, f"/mcp: HTTP 404; {self._hint('path')}")
        if 300 <= status < 400:
            return Finding(
                False, f"/mcp redirects to {answer.headers.get('location', '?')[:200]}: give that URL instead"
            )
        return Finding(False, f"/mcp answers HTTP {status} to whoever brings no credential, where 401 is expected")

    async def _health(self, http: httpx2.AsyncClient, challenge: httpx2.Response) -> list[Finding]:
        """Check whether the server is ready, and whether its clock is right."""
        ready = await http.get(f"{self._base}/readyz")
        found = {
            200: Finding(True, "/readyz: ready"),
            404: Finding(
                True, "/readyz: not passed on to the server, which is well as long as the load balancer asks it"
            ),
        }
        why = "the replica ends, is overloaded, or has not reached its store since it began"
        other = Finding(False, f"/readyz: HTTP {ready.status_code}; {why}")
        return [found.get(ready.status_code, other), _clock(challenge.headers)]

    async def _metadata(self, http: httpx2.AsyncClient, challenge: httpx2.Response) -> list[Finding]:
        """Check the documents that tell clients where to sign in."""
        asked = challenge.headers.get("www-authenticate", "")
        if "resource_metadata" not in asked:
            return [Finding(True, "Signing in is off: API keys only")]
        url = asked.partition('resource_metadata="')[2].partition('"')[0]
        if not url.startswith(f"{self._base}/"):
            return [Finding(False, f"It calls itself {_origin(url)}: start it with --public-url {self._base}")]
        path = self._parts.path
        origin = self._base.removesuffix(path)
        places = [url, f"{self._base}/.well-known/oauth-authorization-server"]
        if path:
            places += [f"{origin}/.well-known/{kind}{path}{end}" for kind, end in _AT_THE_ROOT]
        missing = [place for place in dict.fromkeys(places) if not _is_json(await http.get(place))]
        if missing:
            return [Finding(False, f"{place} is not there: {self._hint('metadata')}") for place in missing]
        return [Finding(True, f"Metadata for signing in is where clients look ({len(places)} documents)")]

    async def _cors(self, http: httpx2.AsyncClient, challenge: httpx2.Response) -> list[Finding]:
        """Check that clients in a browser can read the metadata."""
        if "resource_metadata" not in challenge.headers.get("www-authenticate", ""):
            return []
        url = f"{self._base}/.well-known/oauth-authorization-server"
        allowed = (await http.get(url, headers={"Origin": _ELSEWHERE})).headers.get_list("access-control-allow-origin")
        if allowed == ["*"]:
            return [Finding(True, "Browsers may read the metadata (CORS)")]
        wrong = "set more than once" if len(allowed) > 1 else "another one than *" if allowed else "not set"
        text = f"Access-Control-Allow-Origin is {wrong}, so that clients in a browser cannot sign in"
        return [Finding(False, f"{text}; {self._hint('cors')}")]

    async def _pages(self, http: httpx2.AsyncClient, challenge: httpx2.Response) -> list[Finding]:
        """Check that pages of other origins cannot call."""
        status = (await self._post(http, "tools/list", {}, LEGACY, {"Origin": _ELSEWHERE})).status_code
        if status == 403:
            return [Finding(True, "Pages of other origins are refused")]
        text = f"/mcp answers HTTP {status} to pages of any origin, where 403 is expected"
        return [Finding(False, f"{text}; {self._hint('origin')}")]

    async def _eras(self, http: httpx2.AsyncClient, challenge: httpx2.Response) -> list[Finding]:
        """Check that clients of both protocol versions get an answer."""
        if self._key is None:
            return [Finding(True, "Calls are not tried: set TELNYX_API_KEY to a key for that")]
        async with self._caller() as caller:
            discovered = await self._post(caller, "server/discover", {}, MODERN)
            began = await self._post(caller, "initialize", _INITIALIZE, LEGACY)
        found = [_answered(f"{MODERN}: server/discover", discovered), _answered(f"{LEGACY}: initialize", began)]
        return [*found, await self._session(began.headers.get("mcp-session-id"))] if found[-1].good else found

    async def _session(self, session: str | None) -> Finding:
        """Check that what follows `initialize` is answered on any connection; end the session, if there is one."""
        try:
            await self._follow("notifications/initialized", session)
            answers = [await self._follow("tools/list", session) for _ in range(CONNECTIONS)]
        finally:
            await self._end(session)
        if session is not None and any(answer.status_code == 404 for answer in answers):
            text = "a session is known on some connections only, so there are replicas that keep their own"
            return Finding(False, f"{LEGACY}: {text}: set TELNYX_MCP_STATEFUL=false for all of them")
        found = [_answered(f"{LEGACY}: tools/list on other connections", answer) for answer in answers]
        return next((each for each in found if not each.good), found[0])

    async def _follow(self, method: str, session: str | None) -> httpx2.Response:
        async with self._caller(session) as caller:
            return await self._post(caller, method, {}, LEGACY)

    async def _end(self, session: str | None) -> None:
        """End the session at the replica that keeps it: one that does not answers 404."""
        for _ in range(CONNECTIONS if session is not None else 0):
            async with self._caller(session) as caller:
                if (await caller.delete(f"{self._base}/mcp", headers=_ACCEPT)).status_code != 404:
                    return

    def _caller(self, session: str | None = None) -> httpx2.AsyncClient:
        """A client that sends the key, on connections of its own."""
        headers = {"Authorization": f"Bearer {self._key}"}
        if session is not None:
            headers["Mcp-Session-Id"] = session
        return httpx2.AsyncClient(timeout=TIMEOUT_SECS, headers=headers)

    async def _streams(self, http: httpx2.AsyncClient, challenge: httpx2.Response) -> list[Finding]:
        """Check that the proxy passes a stream on at once, and keeps it open while nothing is sent on it."""
        if self._key is None:
            return []
        headers, message = _request("subscriptions/listen", _LISTEN, MODERN)
        heard = began = time.monotonic()
        try:
            with anyio.move_on_after(AT_ONCE_SECS) as patience:
                async with (
                    self._caller() as caller,
                    caller.stream(
                        "POST", f"{self._base}/mcp", json=message, headers=headers, timeout=2 * QUIET_SECS
                    ) as stream,
                ):
                    if stream.status_code != 200:
                        await stream.aread()
                        return [Finding(False, f"A stream: {_refused(stream)}")]
                    pieces = stream.aiter_raw()
                    await anext(pieces)
                    heard = time.monotonic()
                    patience.deadline = anyio.current_time() + QUIET_SECS
                    await anext(pieces)
        except (StopAsyncIteration, httpx2.TransportError):
            quiet = time.monotonic() - heard
            return [Finding(False, f"A stream was cut that was quiet for {quiet:.3g} s: {self._hint('idle')}")]
        waited = time.monotonic() - heard
        if patience.cancelled_caught:
            what = "A stream" if heard == began else "An open stream"
            return [Finding(False, f"{what} told nothing for {waited:.0f} s: {self._hint('buffered')}")]
        return [Finding(True, f"Streams come through at once, and stay open while they are quiet ({waited:.0f} s)")]

    async def _post(
        self,
        http: httpx2.AsyncClient,
        method: str,
        params: Mapping[str, Any],
        era: str,
        more: Mapping[str, str] | None = None,
    ) -> httpx2.Response:
        """Send one message with these headers besides, and return the answer."""
        headers, message = _request(method, params, era)
        return await http.post(f"{self._base}/mcp", json=message, headers={**headers, **(more or {})})

    def _hint(self, problem: str) -> str:
        return hint(problem, self._proxy).replace("/PATH", self._parts.path or "/PATH")


_AT_THE_ROOT: Final = (
    ("oauth-authorization-server", ""),
    ("openid-configuration", ""),
    ("oauth-protected-resource", "/mcp"),
)


def _request(method: str, params: Mapping[str, Any], era: str) -> tuple[dict[str, str], dict[str, Any]]:
    """The headers and the body of one message."""
    headers = {**_ACCEPT, "MCP-Protocol-Version": era, "Mcp-Method": method}
    message = {"jsonrpc": "2.0", "method": method, "params": {**params, "_meta": _META} if era == MODERN else params}
    return headers, message if method.startswith("notifications/") else {**message, "id": 1}


def _answered(what: str, answer: httpx2.Response) -> Finding:
    """Whether the request got a result."""
    if answer.status_code == 200:
        works = '"result"' in answer.text
        return Finding(works, f"{what} {'works' if works else 'is answered with an error'}")
    return Finding(False, f"{what}: {_refused(answer)}")


def _refused(answer: httpx2.Response) -> str:
    """Why a request was refused: the HTTP status, and the server's own word for it."""
    try:
        error = answer.json()["error"]
    except (ValueError, KeyError, TypeError):
        error = None
    if error == STORE_UNAVAILABLE:
        return "its store, such as Redis, does not answer; telnyx-mcp-server doctor serve, beside the server, says more"
    own = f" ({error})" if isinstance(error, str) and _ERROR.fullmatch(error) else ""
    return f"HTTP {answer.status_code}{own}"


def _port(parts: SplitResult) -> int:
    return parts.port or (443 if parts.scheme == "https" else 80)


def _origin(url: str) -> str:
    return url.partition("/.well-known/")[0][:200]


def _is_json(answer: httpx2.Response) -> bool:
    return answer.status_code == 200 and answer.headers.get("content-type", "").startswith("application/json")


def _handshake(parts: SplitResult) -> tuple[str | None, float]:
    """The version of TLS, and the Unix time at which the certificate ends. Raises OSError, KeyError without an end."""
    host = parts.hostname or ""
    with (
        socket.create_connection((host, _port(parts)), TIMEOUT_SECS) as plain,
        ssl.create_default_context().wrap_socket(plain, server_hostname=host) as secure,
    ):
        ends = str((secure.getpeercert() or {})["notAfter"])
        return secure.version(), ssl.cert_time_to_seconds(ends)


def _clock(headers: Mapping[str, str]) -> Finding:
    try:
        skew = time.time() - parsedate_to_datetime(headers.get("date", "")).timestamp()
    except ValueError:
        return Finding(True, "Clock: not compared, the answer had no date")
    if abs(skew) <= MAX_SKEW_SECS:
        return Finding(True, f"Its clock and this one agree within {MAX_SKEW_SECS} s")
    return Finding(False, f"Its clock and this one are {abs(skew):.0f} s apart: set them, or turn on NTP")
