"""Checks a running deployment from outside, as its clients see it: what works, and what to change."""

from __future__ import annotations

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

from telnyx_remote_mcp.commands.proxies import hint, kind
from telnyx_remote_mcp.settings import is_secure

TIMEOUT_SECS: Final = 10.0
STREAM_SECS: Final = 20.0
"""How long to wait for data on an open stream: the server sends some every 15 seconds."""
MAX_SKEW_SECS: Final = 60
DAYS_LEFT: Final = 14
MODERN, LEGACY = "2026-07-28", "2025-11-25"

_ACCEPT: Final = {"Accept": "application/json, text/event-stream"}
_CLIENT: Final = {"name": "telnyx-mcp-server doctor", "version": "1"}
_INITIALIZE: Final = {"protocolVersion": LEGACY, "capabilities": {}, "clientInfo": _CLIENT}
_META: Final = {
    "io.modelcontextprotocol/protocolVersion": MODERN,
    "io.modelcontextprotocol/clientInfo": _CLIENT,
    "io.modelcontextprotocol/clientCapabilities": {},
}
_ELSEWHERE: Final = "https://elsewhere.example"


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
            self._proxy = kind(challenge.headers)
            finding = self._challenge(challenge)
            yield finding
            if not finding.good:
                return
            for look in (self._health, self._metadata, self._cors, self._eras, self._streams):
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
        return (
            [resolved, await anyio.to_thread.run_sync(_certificate, parts)] if parts.scheme == "https" else [resolved]
        )

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
        }.get(
            ready.status_code, Finding(False, f"/readyz: HTTP {ready.status_code}; the replica ends, or is overloaded")
        )
        return [found, _clock(challenge.headers)]

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
            return [Finding(False, f"{place} is not there: let the proxy pass it on as it is") for place in missing]
        return [Finding(True, f"Metadata for signing in is where clients look ({len(places)} documents)")]

    async def _cors(self, http: httpx2.AsyncClient, challenge: httpx2.Response) -> list[Finding]:
        """Check that clients in a browser can read the metadata, and that pages of other origins cannot call."""
        if "resource_metadata" not in challenge.headers.get("www-authenticate", ""):
            return []
        url = f"{self._base}/.well-known/oauth-authorization-server"
        allowed = (await http.get(url, headers={"Origin": _ELSEWHERE})).headers.get_list("access-control-allow-origin")
        if allowed == ["*"]:
            return [Finding(True, "Browsers may read the metadata (CORS)")]
        many = "more than once: the proxy adds headers of its own, take them out" if len(allowed) > 1 else "not"
        return [Finding(False, f"Access-Control-Allow-Origin is set {many}: clients in a browser cannot sign in")]

    async def _eras(self, http: httpx2.AsyncClient, challenge: httpx2.Response) -> list[Finding]:
        """Check that clients of both protocol versions get an answer."""
        if self._key is None:
            return [Finding(True, "Calls are not tried: set TELNYX_API_KEY to a key for that")]
        found = []
        for era, method, params in ((MODERN, "server/discover", {}), (LEGACY, "initialize", _INITIALIZE)):
            answer = await self._post(http, method, params, era)
            good = answer.status_code == 200 and '"result"' in answer.text
            found.append(Finding(good, f"{era}: {method} {'works' if good else f'is HTTP {answer.status_code}'}"))
        return found

    async def _streams(self, http: httpx2.AsyncClient, challenge: httpx2.Response) -> list[Finding]:
        """Check that the proxy passes a stream on at once and keeps it open."""
        if self._key is None:
            return []
        session = (await self._post(http, "initialize", _INITIALIZE, LEGACY)).headers.get("mcp-session-id")
        if session is None:
            return [Finding(True, "Streams are not tried: the server keeps no sessions")]
        headers = {"Authorization": f"Bearer {self._key}", "Accept": "text/event-stream", "Mcp-Session-Id": session}
        began = time.monotonic()
        try:
            with anyio.fail_after(STREAM_SECS):
                async with http.stream("GET", f"{self._base}/mcp", headers=headers, timeout=STREAM_SECS) as stream:
                    await anext(stream.aiter_raw())
        except (TimeoutError, httpx2.TimeoutException):
            return [Finding(False, f"A stream said nothing for {STREAM_SECS:g} s: {self._hint('streams')}")]
        except (StopAsyncIteration, httpx2.TransportError):
            lasted = time.monotonic() - began
            return [Finding(False, f"A stream was cut after {lasted:.0f} s: {self._hint('streams')}")]
        finally:
            await http.delete(f"{self._base}/mcp", headers=headers)
        return [Finding(True, "Streams come through at once, and stay open")]

    async def _post(
        self, http: httpx2.AsyncClient, method: str, params: Mapping[str, Any], era: str
    ) -> httpx2.Response:
        """Send one message; `tools/list` without a credential."""
        headers = {**_ACCEPT, "MCP-Protocol-Version": era, "Mcp-Method": method}
        if self._key is not None and method != "tools/list":
            headers["Authorization"] = f"Bearer {self._key}"
        sent = {**params, "_meta": _META} if era == MODERN else params
        message = {"jsonrpc": "2.0", "id": 1, "method": method, "params": sent}
        return await http.post(f"{self._base}/mcp", json=message, headers=headers)

    def _hint(self, problem: str) -> str:
        return hint(problem, self._proxy).replace("/PATH", self._parts.path or "/PATH")


_AT_THE_ROOT: Final = (
    ("oauth-authorization-server", ""),
    ("openid-configuration", ""),
    ("oauth-protected-resource", "/mcp"),
)


def _port(parts: SplitResult) -> int:
    return parts.port or (443 if parts.scheme == "https" else 80)


def _origin(url: str) -> str:
    return url.partition("/.well-known/")[0][:200]


def _is_json(answer: httpx2.Response) -> bool:
    return answer.status_code == 200 and answer.headers.get("content-type", "").startswith("application/json")


def _certificate(parts: SplitResult) -> Finding:
    """Check whether clients trust the certificate, and for how long."""
    host = parts.hostname or ""
    try:
        with (
            socket.create_connection((host, _port(parts)), TIMEOUT_SECS) as plain,
            ssl.create_default_context().wrap_socket(plain, server_hostname=host) as secure,
        ):
            ends, version = str((secure.getpeercert() or {})["notAfter"]), secure.version()
    except ssl.SSLCertVerificationError as error:
        return Finding(False, f"The certificate is not trusted: {error.verify_message}; send the whole chain")
    except (OSError, KeyError) as error:
        return Finding(
            False, f"No TLS at {host}:{_port(parts)} ({type(error).__name__}): is the proxy up, the port open?"
        )
    days = (ssl.cert_time_to_seconds(ends) - time.time()) / 86_400
    return Finding(days > DAYS_LEFT, f"{version}, the certificate is good for another {days:.0f} days")


def _clock(headers: Mapping[str, str]) -> Finding:
    try:
        skew = time.time() - parsedate_to_datetime(headers.get("date", "")).timestamp()
    except ValueError:
        return Finding(True, "Clock: not compared, the answer had no date")
    if abs(skew) <= MAX_SKEW_SECS:
        return Finding(True, f"Its clock and this one agree within {MAX_SKEW_SECS} s")
    return Finding(False, f"Its clock and this one are {abs(skew):.0f} s apart: set them, or turn on NTP")
