"""Where a request comes from."""

from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

from starlette.types import Scope

Address = IPv4Address | IPv6Address


class TrustedProxies:
    """The proxies, as addresses or CIDR networks, whose X-Forwarded-For is believed."""

    def __init__(self, networks: Iterable[str] = ()) -> None:
        try:
            self._networks = [ip_network(network) for network in networks]
        except ValueError as error:
            raise ValueError(f"--trusted-proxy takes an address or a CIDR network: {error}") from None

    def client(self, scope: Scope) -> str:
        """The peer's address or, behind trusted proxies, the rightmost forwarded one that is not a proxy."""
        peer = _peer(scope)
        client = _parse(peer)
        if client is None or not self._networks:
            return peer
        for hop in reversed(_forwarded(scope)):
            address = _parse(hop)
            if address is None or not self._trusts(client):
                break
            client = address
        return str(client)

    def _trusts(self, address: Address) -> bool:
        return any(address in network for network in self._networks)


def budget_address(scope: Scope) -> str:
    """The address that attempts are counted by. One IPv6 customer owns a /64, so that counts as one."""
    return _budget_address(_peer(scope))


@lru_cache(maxsize=4096)
def _budget_address(text: str) -> str:
    address = _parse(text)
    return str(IPv6Network((address, 64), strict=False)) if isinstance(address, IPv6Address) else text


def _peer(scope: Scope) -> str:
    client = scope.get("client")  # None on a unix socket
    return str(client[0]) if client else "unknown"


def _forwarded(scope: Scope) -> list[str]:
    values = [value.decode("latin-1") for name, value in scope["headers"] if name == b"x-forwarded-for"]
    return [hop.strip() for hop in ",".join(values).split(",")]


@lru_cache(maxsize=4096)
def _parse(text: str) -> Address | None:
    """An address, also as `1.2.3.4:5678` or `[::1]:5678`, as some proxies write it."""
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address
