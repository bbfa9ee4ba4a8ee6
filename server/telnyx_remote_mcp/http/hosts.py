"""Checks the Host and Origin headers: the names that the server answers to, and the web pages that may call it."""

import re
from collections.abc import Iterable
from ipaddress import IPv6Address
from typing import Final
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Receive, Scope, Send

from telnyx_remote_mcp.http.refusal import Refusal

Authority = tuple[str, str | None]
"""A host in lower case, and its port; None for the default port."""

_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "[::1]"})
_AUTHORITY: Final = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::([0-9]{1,5}))?")
_SCHEME: Final = re.compile(r"[a-z][a-z0-9+.-]*")
_DEFAULT_PORTS: Final = {"http": ("80",), "https": ("443",)}
_ANY_DEFAULT: Final = ("80", "443")


class Hosts:
    """Refuses requests for other hosts (421) and from other sites' pages (403), against DNS rebinding.

    The server answers to the host of `public_url`, to each of `allowed_hosts` (`example.com`, `example.com:8443`,
    `example.com:*`, `[2001:db8::1]`) and to loopback names on any port. Letter case and a default port make no
    difference. Pages may call it from these hosts by https, from loopback, from the origin of `public_url` and from
    `allowed_origins` (`https://app.example.com`). Raises ValueError for an entry of another form.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        public_url: str | None = None,
        allowed_hosts: Iterable[str] = (),
        allowed_origins: Iterable[str] = (),
        exempt: Iterable[str] = ("/healthz", "/readyz"),
    ) -> None:
        self.app = app
        self._exempt = frozenset(exempt)
        self._any_port = set(_LOOPBACK)
        self._hosts: set[Authority] = set()
        self._origins: set[tuple[str, Authority]] = set()
        for entry in allowed_hosts:
            self._allow_host(entry)
        for entry in allowed_origins:
            self._allow_origin(entry)
        if public_url:
            url = urlsplit(public_url)
            self._allow_host(url.netloc)
            self._allow_origin(f"{url.scheme}://{url.netloc}")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] not in self._exempt:
            try:
                self._check(scope)
            except Refusal as refusal:
                await refusal(scope, receive, send)
                return
        await self.app(scope, receive, send)

    def _check(self, scope: Scope) -> None:
        host = _single(scope, b"host")
        authority = _authority(host or "", _ANY_DEFAULT)
        if authority is None:
            raise Refusal(400, "invalid_host", "The request needs one Host header with a valid host name.")
        if not self._serves(authority):
            raise _misdirected(authority)
        origin = _single(scope, b"origin")
        if origin is not None and not self._welcomes(origin):
            raise Refusal(
                403,
                "origin_not_allowed",
                "Pages of this origin may not call this server; the operator can allow them with "
                "--allowed-origin (TELNYX_MCP_ALLOWED_ORIGINS).",
            )

    def _serves(self, authority: Authority) -> bool:
        return authority in self._hosts or authority[0] in self._any_port

    def _welcomes(self, text: str) -> bool:
        origin = _origin(text)
        if origin is None:
            return False
        scheme, authority = origin
        if authority[0] in _LOOPBACK:
            return scheme in _DEFAULT_PORTS
        return origin in self._origins or (scheme == "https" and self._serves(authority))

    def _allow_host(self, entry: str) -> None:
        authority = _authority(entry.removesuffix(":*"), _ANY_DEFAULT)
        if authority is None:
            raise ValueError(
                f"--allowed-host {entry!r} is not a host: give example.com, example.com:8443 or example.com:*"
            )
        if entry.endswith(":*"):
            self._any_port.add(authority[0])
        else:
            self._hosts.add(authority)

    def _allow_origin(self, entry: str) -> None:
        origin = _origin(entry.removesuffix("/"))
        if origin is None:
            raise ValueError(f"--allowed-origin {entry!r} is not an origin: give https://app.example.com")
        self._origins.add(origin)


def _single(scope: Scope, name: bytes) -> str | None:
    values = [value for key, value in scope["headers"] if key == name]
    if len(values) > 1:
        raise Refusal(400, "duplicate_header", f"The request carries more than one {name.decode()} header.")
    return values[0].decode("latin-1") if values else None


def _authority(text: str, default_ports: tuple[str, ...]) -> Authority | None:
    match = _AUTHORITY.fullmatch(text.lower())
    if match is None:
        return None
    host, port = match.groups()
    if host.startswith("["):
        try:
            host = f"[{IPv6Address(host[1:-1])}]"
        except ValueError:
            return None
    return host, None if port in default_ports else port


def _origin(text: str) -> tuple[str, Authority] | None:
    scheme, separator, rest = text.lower().partition("://")
    authority = _authority(rest, _DEFAULT_PORTS.get(scheme, ()))
    if not separator or authority is None or not _SCHEME.fullmatch(scheme):
        return None
    return scheme, authority


def _misdirected(authority: Authority) -> Refusal:
    host, port = authority
    name = f"{host}:{port}" if port else host
    return Refusal(
        421,
        "host_not_served",
        f"This server does not answer to {name}. If it should, start it with --allowed-host {name} "
        "(TELNYX_MCP_ALLOWED_HOSTS) or with the matching --public-url.",
    )
