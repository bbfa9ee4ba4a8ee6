"""Requests to URLs that strangers chose, which never reach a private network."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cached_property
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

import anyio
import httpx2

from telnyx_remote_mcp.auth.authorization_server.lookups import Lookups

MAX_BYTES: Final = 65_536
TIMEOUT_SECS: Final = 5.0
MAX_ADDRESSES: Final = 3

_UNICAST: Final = IPv6Network("2000::/3")
_SPECIAL: Final = tuple(ip_network(net) for net in ("192.0.0.0/24", "192.88.99.0/24", "2001::/23", "2002::/16"))
"""Networks that Python counts as global, but that belong to relays or to nobody."""


class FetchError(Exception):
    """The document cannot be fetched; the text says why, and quotes nothing of the answer."""


class Unreachable(FetchError):
    """The host of the document cannot be reached from here."""


Resolver = Callable[[str, int], Awaitable[list[tuple[str, int]]]]
"""The addresses and ports to connect to for a host and port. Raises FetchError."""


_lookups: Final = Lookups()


async def public_addresses(host: str, port: int) -> list[tuple[str, int]]:
    """Return the addresses of a host. Raises FetchError unless all of them are on the public internet, and TimeoutError
    where its name servers do not answer."""
    try:
        addresses = await _lookups.addresses(host)
    except TimeoutError:
        raise
    except (OSError, UnicodeError):
        raise Unreachable("its host is not known") from None
    if not addresses or not all(is_public(address) for address in addresses):
        raise FetchError("its host is not on the public internet")
    return [(address, port) for address in addresses]


def is_public(address: str) -> bool:
    """Return whether the address is an ordinary one of the public internet."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    if any(parsed in network for network in _SPECIAL if network.version == parsed.version):
        return False
    return _is_public_v4(parsed) if isinstance(parsed, IPv4Address) else _is_public_v6(parsed)


def _is_public_v4(address: IPv4Address) -> bool:
    return address.is_global and not address.is_multicast and not address.is_reserved


def _is_public_v6(address: IPv6Address) -> bool:
    return address in _UNICAST and address.is_global


@dataclass(frozen=True, slots=True)
class Target:
    """A URL whose host is a vetted address, and the name of the host for the request."""

    url: httpx2.URL
    host: str
    """The Host header, with the port where the URL names one."""
    extensions: dict[str, Any]
    """The options of the HTTP client that hold the name for which the server's certificate has to be valid."""


Got = TypeVar("Got")


class PublicFetch:
    """Makes requests over https to a vetted address. It connects to that very address, with no second DNS lookup.

    It follows no redirect, uses no proxy, and takes at most 64 kB within 5 seconds. `resolver` and `tls` are for tests,
    which have host names and a certificate authority of their own.
    """

    def __init__(self, resolver: Resolver = public_addresses, tls: ssl.SSLContext | None = None) -> None:
        self._resolver = resolver
        self._given = tls

    async def json_text(self, url: str) -> bytes:
        """The JSON document at an https URL. Raises FetchError."""
        try:
            with anyio.fail_after(TIMEOUT_SECS):
                return await self.reach(url, self._get)
        except TimeoutError:
            raise Unreachable("its host takes too long") from None
        except (httpx2.HTTPError, httpx2.InvalidURL, ssl.SSLError, OSError):
            raise Unreachable("its host cannot be reached over https") from None

    async def reach(self, url: str, attempt: Callable[[Target], Awaitable[Got]]) -> Got:
        """The result of `attempt` at the first address that accepts a connection, of three at most.

        The addresses are looked up and vetted anew each time. Raises FetchError where there is none, and what the
        attempt raises.
        """
        parts = urlsplit(url)
        host = parts.hostname or ""
        *others, last = (await self._resolver(host, parts.port or 443))[:MAX_ADDRESSES]
        for address in others:
            try:
                return await attempt(_target(url, host, parts.netloc, address))
            except httpx2.ConnectError:
                continue
        return await attempt(_target(url, host, parts.netloc, last))

    def client(self) -> httpx2.AsyncClient:
        """An HTTP client for attempts, which follows no redirect and ignores proxies in the environment."""
        return httpx2.AsyncClient(verify=self._tls, trust_env=False, follow_redirects=False)

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        """Made once, because reading the certificate authorities takes 50 ms of processor time."""
        return self._given or ssl.create_default_context()

    async def _get(self, target: Target) -> bytes:
        headers = {"Host": target.host, "Accept": "application/json", "Accept-Encoding": "identity"}
        async with self.client() as client, exchange(client, "GET", target, headers=headers) as response:
            return await _document(response)


@asynccontextmanager
async def exchange(
    client: httpx2.AsyncClient, method: str, target: Target, **sent: Any
) -> AsyncIterator[httpx2.Response]:
    """The response to one request, with its body not yet read.

    An exception or a cancellation before the end closes the connection. The library leaves it open during a TLS
    handshake, so a host that never answers one would hold connections until the next garbage collection.
    """
    opened: list[Any] = []

    async def note(event: str, info: Mapping[str, Any]) -> None:
        if event == "connection.connect_tcp.complete":
            opened.append(info["return_value"])

    extensions = {**target.extensions, "trace": note}
    try:
        async with client.stream(method, target.url, extensions=extensions, **sent) as response:
            yield response
    except BaseException:
        with anyio.CancelScope(shield=True):
            for stream in opened:
                await stream.aclose()
        raise


def _target(url: str, host: str, netloc: str, address: tuple[str, int]) -> Target:
    return Target(httpx2.URL(url).copy_with(host=address[0], port=address[1]), netloc, {"sni_hostname": host})


async def _document(response: httpx2.Response) -> bytes:
    if response.status_code != 200:
        raise FetchError(f"its host answers with status {response.status_code}")
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json" and not kind.endswith("+json"):
        raise FetchError("it is not JSON")
    body = b""
    async for chunk in response.aiter_raw():
        body += chunk
        if len(body) > MAX_BYTES:
            raise FetchError("it is too large")
    return body
