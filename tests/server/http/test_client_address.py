"""Which address a request is counted by."""

import pytest
from starlette.types import Scope

from telnyx_remote_mcp.http.client_address import TrustedProxies, budget_address


def scope(peer: str | None, *forwarded: str) -> Scope:
    headers = [(b"x-forwarded-for", value.encode()) for value in forwarded]
    return {"type": "http", "client": (peer, 4711) if peer else None, "headers": headers}


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
    ],
)
def test_behind_trusted_proxies_the_last_untrusted_hop_is_the_client(
    peer: str, forwarded: list[str], client: str
) -> None:
    assert TrustedProxies(["10.0.0.0/8"]).client(scope(peer, *forwarded)) == client


@pytest.mark.parametrize("networks", [[], ["10.0.0.0/8"]])
def test_a_peer_that_is_no_trusted_proxy_cannot_name_another_address(networks: list[str]) -> None:
    assert TrustedProxies(networks).client(scope("203.0.113.9", "198.51.100.1")) == "203.0.113.9"


def test_a_unix_socket_has_no_address() -> None:
    assert TrustedProxies(["10.0.0.0/8"]).client(scope(None, "198.51.100.1")) == "unknown"


def test_a_proxy_that_is_no_network_is_refused() -> None:
    with pytest.raises(ValueError, match="--trusted-proxy"):
        TrustedProxies(["loadbalancer"])


def test_the_addresses_of_one_ipv6_customer_count_as_one() -> None:
    assert budget_address(scope("2001:db8:1:2::1")) == budget_address(scope("2001:db8:1:2:ffff::9"))
    assert budget_address(scope("2001:db8:1:2::1")) != budget_address(scope("2001:db8:1:3::1"))
    assert budget_address(scope("203.0.113.9")) == "203.0.113.9"
