"""The address of the client that made a request."""

from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

Address = IPv4Address | IPv6Address

_PEER = "telnyx.peer"


class ClientAddress:
    """Sets `scope["client"]` to the peer or, behind trusted proxies, to the last forwarded address that is not a proxy.

    `trusted` are the addresses or CIDR networks of the proxies. Their X-Forwarded-For is used, and their
    X-Forwarded-Proto for `scope["scheme"]`. Raises ValueError for an entry of another form.
    """

    def __init__(self, app: ASGIApp, trusted: Iterable[str] = ()) -> None:
        self.app = app
        self._believing = ProxyHeadersMiddleware(self._checked, _networks(trusted))  # type: ignore[arg-type]  # has its own types of ASGI

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope["client"] = scope[_PEER] = _peer(scope)
        await self._believing(scope, receive, send)  # type: ignore[arg-type]  # likewise

    async def _checked(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and _parse(scope["client"][0]) is None:
            scope["client"] = scope[_PEER]  # the proxy forwarded something that is not an address
        await self.app(scope, receive, send)


def budget_address(scope: Scope) -> str:
    """The key of the limits per address: the address, or for IPv6 its /64 network, which one customer owns whole."""
    return _budget_address(_peer(scope)[0])


@lru_cache(maxsize=4096)
def _budget_address(text: str) -> str:
    address = _parse(text)
    return str(IPv6Network((address, 64), strict=False)) if isinstance(address, IPv6Address) else text


def _networks(entries: Iterable[str]) -> list[str]:
    """The entries as networks. Checked here, since uvicorn takes any other text for a host name."""
    try:
        return [str(ip_network(entry)) for entry in entries]
    except ValueError as error:
        raise ValueError(f"--trusted-proxy takes an address or a CIDR network: {error}") from None


def _peer(scope: Scope) -> tuple[str, int]:
    """The address and port of the peer; an IPv4-mapped IPv6 address as IPv4."""
    host, port = scope.get("client") or ("unknown", 0)  # None on a unix socket
    return str(_parse(host) or host), port


@lru_cache(maxsize=4096)
def _parse(text: str) -> Address | None:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address
