"""What the settings ask of whatever stands around the server."""

from pathlib import Path

import pytest

from telnyx_remote_mcp.commands.doctor import unguarded
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
    findings = unguarded(url)
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
