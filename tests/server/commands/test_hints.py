"""What the settings ask of whatever stands around the server."""

from pathlib import Path

import pytest
from tests.e2e.processes import SERVICE_LINKS

from telnyx_remote_mcp.commands.banner import banner
from telnyx_remote_mcp.commands.doctor import redis_weaknesses, service_links
from telnyx_remote_mcp.commands.serve import hints
from telnyx_remote_mcp.settings import Settings


@pytest.mark.parametrize(
    ("url", "named"),
    [
        ("redis://redis.internal:6379/0", ["password", "TLS"]),
        ("redis://:secret@redis.internal", ["TLS"]),
        ("redis://user:secret@redis.internal", ["TLS"]),
        ("rediss://redis.internal", ["password"]),
        ("rediss://user:secret@redis.internal", []),
        ("redis://127.0.0.1:6379", ["password"]),
        ("redis://:secret@localhost", []),
        ("unix:///run/redis.sock", []),
    ],
)
def test_redis_without_password_or_tls_is_named_and_its_password_is_not(url: str, named: list[str]) -> None:
    findings = redis_weaknesses(url)
    assert [finding.good for finding in findings] == [False] * len(named)
    assert all(word in finding.text for word, finding in zip(named, findings, strict=True))
    assert "secret" not in str(findings)


def test_below_a_path_the_proxy_is_told_what_to_pass_on(tmp_path: Path) -> None:
    below = Settings(data_dir=tmp_path, public_url="https://mcp.example.com/a/b/")
    (hint,) = hints(below)
    for place in ("oauth-authorization-server/a/b", "openid-configuration/a/b", "oauth-protected-resource/a/b/*"):
        assert f"/.well-known/{place}" in hint
    assert "\n" not in hint
    assert hints(below.model_copy(update={"oauth": "off"})) == []
    assert hints(Settings(data_dir=tmp_path, public_url="https://mcp.example.com")) == []


def test_on_every_address_without_a_public_url_it_says_what_is_off_and_who_is_answered() -> None:
    (hint,) = hints(Settings(host="0.0.0.0", allowed_hosts=["mcp.internal"]))
    for word in ("signing in is off", "localhost:8080, mcp.internal", "--public-url"):
        assert word in hint
    assert hints(Settings(host="0.0.0.0", public_url="https://mcp.example.com")) == []


def test_the_banner_says_where_the_page_is_who_gets_in_and_which_keys_the_sandbox_takes(tmp_path: Path) -> None:
    lines = banner(Settings(data_dir=tmp_path, port=9000, sandbox=True))
    for word in ("http://127.0.0.1:9000/v2/mcp", "Sign-in   on", "KEY_sandbox"):
        assert word in lines
    open_to_all = banner(Settings(host="0.0.0.0"))
    assert "Sign-in   off" in open_to_all
    assert "0.0.0.0" not in open_to_all


def test_a_name_that_kubernetes_took_is_a_fault_with_its_cure() -> None:
    (finding,) = service_links(SERVICE_LINKS)
    assert not finding.good
    assert "TELNYX_MCP_PORT" in finding.text
    assert "enableServiceLinks: false" in finding.text
