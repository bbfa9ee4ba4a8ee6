"""The settings: their variables, their checks, and how a worker gets the same ones."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from telnyx_remote_mcp.settings import Settings, variable
from telnyx_remote_mcp.surface.selection import Selection


@pytest.fixture(autouse=True)
def _no_settings_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*map(variable, Settings.model_fields), "TELNYX_API_BASE", "TELNYX_BASE_URL"):
        monkeypatch.delenv(name, raising=False)


def test_without_a_setting_only_this_machine_is_served() -> None:
    settings = Settings()
    assert (settings.host, settings.port, settings.url) == ("127.0.0.1", 8080, "http://127.0.0.1:8080")
    assert settings.api_base_url == "https://api.telnyx.com/v2"
    assert settings.ceiling == Selection()
    assert settings.api_key is None


def test_a_variable_sets_what_it_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TELNYX_MCP_GROUPS", "messaging, numbers")
    monkeypatch.setenv("TELNYX_MCP_READ_ONLY", "true")
    monkeypatch.setenv("TELNYX_API_KEY", "KEYtest")
    settings = Settings()
    assert settings.ceiling == Selection(groups=("messaging", "numbers"), read_only=True)
    assert settings.api_key == "KEYtest"


@pytest.mark.parametrize("name", ["TELNYX_API_BASE_URL", "TELNYX_API_BASE", "TELNYX_BASE_URL"])
def test_the_address_of_the_api_has_the_names_that_people_know(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "http://127.0.0.1:4010/v2")
    assert Settings().api_base_url == "http://127.0.0.1:4010/v2"


def test_what_is_given_wins_over_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TELNYX_MCP_PORT", "9000")
    assert Settings().port == 9000
    assert Settings(port=9001).port == 9001


def test_no_file_of_the_working_directory_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("TELNYX_MCP_PORT=9000\nTELNYX_API_BASE_URL=https://example.com\n")
    monkeypatch.chdir(tmp_path)
    assert Settings().port == 8080
    assert Settings().api_base_url == "https://api.telnyx.com/v2"


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_on_every_address_without_a_public_url_nobody_signs_in_and_nobody_is_sent_there(host: str) -> None:
    settings = Settings(host=host)
    assert settings.url == "http://localhost:8080"
    assert not settings.serves_oauth
    with pytest.raises(ValueError, match="--public-url"):
        _ = Settings(host=host, oauth="embedded").serves_oauth
    assert Settings(host=host, public_url="https://mcp.example.com").serves_oauth


def test_a_secret_is_in_no_representation() -> None:
    settings = Settings(api_key="KEYMARKED", secret="MARKED" * 8)
    assert "MARKED" not in repr(settings)
    assert "MARKED" not in str(settings)


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ({"public_url": "https://mcp.example.com/"}, "https://mcp.example.com"),
        ({"public_url": "http://localhost:9000"}, "http://localhost:9000"),
        ({"public_url": "https://mcp.example.com:8443/telnyx"}, "https://mcp.example.com:8443/telnyx"),
        ({"host": "::1", "port": 9000}, "http://[::1]:9000"),
    ],
)
def test_the_published_url_is_the_public_one_or_where_it_listens(given: dict[str, object], url: str) -> None:
    assert Settings(**given).url == url


@pytest.mark.parametrize(
    "given",
    [
        {"host": ""},
        {"public_url": "http://mcp.example.com"},
        {"public_url": "mcp.example.com"},
        {"public_url": "http://localhost.example.com"},
        {"public_url": "https://"},
        {"public_url": "https://user:password@mcp.example.com"},
        {"public_url": "https://mcp.example.com/?a=b"},
        {"server_name": "telnyx"},
        {"server_name": "com.example/" + "x" * 150},
        {"port": 65_536},
        {"workers": 0},
        {"max_body_bytes": 10},
        {"rate_limit_per_minute": 0},
        {"log_level": "loud"},
    ],
)
def test_what_cannot_be_meant_is_refused(given: dict[str, object]) -> None:
    with pytest.raises(ValidationError) as refused:
        Settings(**given)
    assert [error["loc"] for error in refused.value.errors()] == [(name,) for name in given]


@pytest.mark.parametrize(
    ("workers", "stateful", "kept"), [(1, None, True), (2, None, False), (2, True, True), (1, False, False)]
)
def test_sessions_are_kept_by_one_worker_unless_told_otherwise(workers: int, stateful: bool | None, kept: bool) -> None:
    assert Settings(workers=workers, stateful=stateful).keeps_sessions is kept


@pytest.mark.parametrize("stateful", [None, True, False])
def test_replicas_on_one_redis_keep_no_sessions_unless_told_otherwise(stateful: bool | None) -> None:
    shared = Settings(secret="s" * 32, redis_url="redis://127.0.0.1:6379/0", stateful=stateful)
    assert shared.keeps_sessions is (stateful is True)


def test_a_worker_reads_the_same_settings_from_its_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    settings = Settings(
        groups=["messaging", "numbers"],
        exclude_tools=["send_message"],
        read_only=True,
        stateful=False,
        public_url="https://mcp.example.com",
        data_dir=tmp_path,
        secret="x" * 32,
        workers=3,
    )
    for name, value in settings.environment().items():
        monkeypatch.setenv(name, value)
    assert Settings() == settings


def test_the_key_of_the_operator_never_reaches_a_worker() -> None:
    environment = Settings(api_key="KEYMARKED").environment()
    assert "TELNYX_API_KEY" not in environment
    assert "KEYMARKED" not in environment.values()


@pytest.mark.parametrize(
    ("given", "served"),
    [
        ({}, True),
        ({"host": "::1"}, True),
        ({"host": "0.0.0.0"}, False),
        ({"host": "192.0.2.7"}, False),
        ({"host": "0.0.0.0", "public_url": "https://mcp.example.com"}, True),
        ({"public_url": "http://localhost:8080"}, True),
        ({"oauth": "off"}, False),
        ({"oauth": "off", "public_url": "https://mcp.example.com"}, False),
        ({"oauth": "embedded", "public_url": "https://mcp.example.com"}, True),
    ],
)
def test_people_can_sign_in_where_nobody_listens_on_the_way(given: dict[str, object], served: bool) -> None:
    assert Settings(**given).serves_oauth is served


def test_signing_in_over_plain_http_is_refused() -> None:
    with pytest.raises(ValueError, match="--oauth embedded needs https: give --public-url"):
        _ = Settings(host="0.0.0.0", oauth="embedded").serves_oauth
