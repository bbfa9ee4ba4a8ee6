"""Which address a request is counted by."""

import pytest
from starlette.types import Receive, Scope, Send

from telnyx_remote_mcp.http.client_address import ClientAddress, budget_address


def scope(peer: str | None, *forwarded: str, proto: str | None = None) -> Scope:
    headers = [(b"x-forwarded-for", value.encode()) for value in forwarded]
    if proto is not None:
        headers.append((b"x-forwarded-proto", proto.encode()))
    return {"type": "http", "scheme": "http", "client": (peer, 4711) if peer else None, "headers": headers}


async def seen(trusted: list[str], given: Scope) -> Scope:
    """The request as the app behind it sees it."""
    scopes: list[Scope] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        scopes.append(scope)

    async def nothing(*_: object) -> None: ...

    await ClientAddress(app, trusted)(given, nothing, nothing)
    return scopes[0]


pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("10.0.0.1", ["203.0.113.7"], "203.0.113.7"),
        ("10.0.0.1", ["198.51.100.1, 203.0.113.7"], "203.0.113.7"),
        ("10.0.0.1", ["203.0.113.7, 10.0.0.2"], "203.0.113.7"),
        ("10.0.0.1", ["198.51.100.1", "203.0.113.7, 10.0.0.2"], "203.0.113.7"),
        ("10.0.0.1", ["203.0.113.7:5555"], "203.0.113.7"),
        ("10.0.0.1", ["[2001:db8::7]:5555"], "2001:db8::7"),
        ("10.0.0.1", ["2001:db8::7"], "2001:db8::7"),
        ("::ffff:10.0.0.1", ["203.0.113.7"], "203.0.113.7"),
        ("10.0.0.1", ["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
        ("10.0.0.1", ["203.0.113.7, nonsense"], "10.0.0.1"),
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", [""], "10.0.0.1"),
        ("10.0.0.1", ["203.0.113.7,"], "10.0.0.1"),
        ("10.0.0.1", ["[2001:db8::7"], "10.0.0.1"),
        ("::ffff:10.0.0.1", [], "10.0.0.1"),
    ],
)
async def test_behind_trusted_proxies_the_last_untrusted_hop_is_the_client(
    peer: str, forwarded: list[str], client: str
) -> None:
    assert (await seen(["10.0.0.0/8"], scope(peer, *forwarded)))["client"][0] == client


@pytest.mark.parametrize("networks", [[], ["10.0.0.0/8"]])
async def test_a_peer_that_is_no_trusted_proxy_cannot_name_another_address(networks: list[str]) -> None:
    request = await seen(networks, scope("203.0.113.9", "198.51.100.1", proto="https"))
    assert (request["client"], request["scheme"]) == (("203.0.113.9", 4711), "http")


async def test_a_unix_socket_has_no_address() -> None:
    assert (await seen(["10.0.0.0/8"], scope(None, "198.51.100.1")))["client"] == ("unknown", 0)


@pytest.mark.parametrize("proto", ["https", "http"])
async def test_a_trusted_proxy_tells_whether_the_client_came_by_https(proto: str) -> None:
    assert (await seen(["10.0.0.0/8"], scope("10.0.0.1", "203.0.113.7", proto=proto)))["scheme"] == proto


@pytest.mark.parametrize("entry", ["loadbalancer", "*", "", "10.0.0.1/8", "10.0.0.0/33", "10.0.0.1:80"])
def test_a_proxy_that_is_no_network_is_refused(entry: str) -> None:
    with pytest.raises(ValueError, match="--trusted-proxy"):
        ClientAddress(None, [entry])


def test_the_addresses_of_one_ipv6_customer_count_as_one() -> None:
    assert budget_address(scope("2001:db8:1:2::1")) == budget_address(scope("2001:db8:1:2:ffff::9"))
    assert budget_address(scope("2001:db8:1:2::1")) != budget_address(scope("2001:db8:1:3::1"))
    assert budget_address(scope("203.0.113.9")) == "203.0.113.9"
