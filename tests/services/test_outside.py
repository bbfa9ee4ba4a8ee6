"""`doctor --url` looks at a deployment through an nginx: what is well, and what each mistake of a proxy is told."""

import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp.server import _streamable_http_modern
from tests.e2e.processes import Server, run, served
from tests.server.serving import serving
from tests.services.proxies import nginx, tls
from tests.services.redis_server import RedisServer

from telnyx_remote_mcp.commands import outside
from telnyx_remote_mcp.commands.outside import Deployment
from telnyx_remote_mcp.composition.server import create_app
from telnyx_remote_mcp.settings import Settings
from telnyx_sandbox.app import create_app as create_sandbox
from telnyx_sandbox.server import serving as serving_sandbox

KEY = "KEY_sandbox_outside"
HELD_BACK = "proxy_ignore_headers X-Accel-Buffering; gzip on; gzip_types text/event-stream; gzip_proxied any;"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with served(tmp_path_factory.mktemp("outside"), "--sandbox", "--stateless") as server:
        yield server


@pytest.fixture
def brief(monkeypatch: pytest.MonkeyPatch) -> None:
    """Servers that say every second on an open stream that they are there, and a doctor who has as little patience."""
    monkeypatch.setattr(_streamable_http_modern, "_SSE_PING_INTERVAL", 1.0)
    monkeypatch.setattr(outside, "AT_ONCE_SECS", 2.0)


@asynccontextmanager
async def running(directory: Path, **given: Any) -> AsyncIterator[str]:
    """A server with these settings and a sandbox of its own."""
    async with serving_sandbox(create_sandbox()) as api:
        app = create_app(Settings(api_base_url=api, data_dir=directory, **given))
        async with app.router.lifespan_context(app), serving(app) as url:
            yield url


@pytest.fixture
async def lively(brief: None, tmp_path: Path) -> AsyncIterator[str]:
    async with running(tmp_path, stateful=False) as url:
        yield url


def test_a_server_that_is_reached_as_it_should_be_is_well(server: Server, tmp_path: Path) -> None:
    found = run(tmp_path, "doctor", "--url", server.url)
    assert found.returncode == 0, found.stdout
    for said in ("asks for a credential", "/readyz: ready", "clock", "Metadata", "CORS", "Calls are not tried"):
        assert said in found.stdout


async def examined(url: str, key: str | None = None) -> str:
    """What is wrong with the deployment."""
    return "\n".join([finding.text async for finding in Deployment(url, key).examine() if not finding.good])


@pytest.mark.anyio
async def test_calls_and_streams_are_tried_where_no_sessions_are_kept(lively: str, tmp_path: Path) -> None:
    """Through an nginx that lets streams through, one that holds back what they tell, and one that cuts quiet ones."""
    port = int(lively.rpartition(":")[2])
    for number, (more, said) in enumerate(
        (
            ("", "Streams come through at once, and stay open"),
            (f"proxy_buffering on; {HELD_BACK}", "nginx: proxy_buffering off"),
            ("proxy_read_timeout 300ms;", "nginx: proxy_read_timeout 3600s"),
        )
    ):
        directory = tmp_path / str(number)
        directory.mkdir()
        with nginx(directory, port, more=more) as url:
            found = [finding async for finding in Deployment(url, KEY).examine()]
        assert {
            "2026-07-28: server/discover works",
            "2025-11-25: initialize works",
            "2025-11-25: tools/list on other connections works",
            "Pages of other origins are refused",
        } <= {each.text for each in found}
        assert found[-1].good == (number == 0)
        assert said in found[-1].text


@pytest.mark.anyio
async def test_sessions_that_each_replica_keeps_for_itself_are_told_and_none_is_left_behind(
    brief: None, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Through an nginx in front of one replica, with which all is well, and of two, to which it sends in turn."""
    caplog.set_level(logging.INFO, "telnyx_remote_mcp.access")
    async with running(tmp_path / "a", stateful=True) as one, running(tmp_path / "b", stateful=True) as other:
        ports = [int(url.rpartition(":")[2]) for url in (one, other)]
        for count in (1, 2):
            caplog.clear()
            with nginx(tmp_path, *ports[:count]) as url:
                found = await examined(url, KEY)
            assert ("set TELNYX_MCP_STATEFUL=false" in found) == (count == 2)
            lines = [line.args for line in caplog.records if isinstance(line.args, dict)]
            assert [line["status"] for line in lines if line["method"] == "DELETE"].count(200) == 1


@pytest.mark.anyio
async def test_a_store_that_does_not_answer_is_told(brief: None, tmp_path_factory: pytest.TempPathFactory) -> None:
    directory = tmp_path_factory.mktemp("away")
    redis = RedisServer(directory)
    async with running(directory, stateful=False, redis_url=redis.url, secret="s" * 32) as url:
        await anyio.to_thread.run_sync(redis.stop)
        found = await examined(url, KEY)
    assert "2026-07-28: server/discover: its store, such as Redis, does not answer" in found
    assert "telnyx-mcp-server doctor serve" in found


@pytest.mark.anyio
async def test_what_a_proxy_does_wrong_is_told_in_its_own_words(server: Server, tmp_path: Path) -> None:
    there = int(server.base_url.rpartition(":")[2])
    for number, (port, path, more, said) in enumerate(
        (
            (there, "", "", "start it with --public-url"),
            (there, "", "proxy_set_header Host internal.example;", "nginx: proxy_set_header Host $http_host"),
            (1, "", "", "nginx: check proxy_pass"),
            (there, "/telnyx", "rewrite ^ /elsewhere break;", "takes /telnyx off"),
            (there, "", "deny all;", "nginx: look for deny"),
            (there, "", 'proxy_set_header Origin "";', "nginx: take proxy_set_header Origin out"),
            (there, "", "add_header Access-Control-Allow-Origin https://a.example;", "nginx: take add_header"),
        )
    ):
        directory = tmp_path / str(number)
        directory.mkdir()
        with nginx(directory, port, path=path, more=more) as url:
            assert said in await examined(url)


@pytest.mark.anyio
async def test_a_certificate_that_nobody_trusts_is_told_in_the_words_of_its_proxy(
    server: Server, tmp_path: Path
) -> None:
    there = int(server.base_url.rpartition(":")[2])
    with nginx(tmp_path, there) as url, tls(tmp_path, int(url.rpartition(":")[2])) as port:
        found = await examined(f"https://127.0.0.1:{port}")
    assert "The certificate is not trusted" in found
    assert "nginx: ssl_certificate" in found


@pytest.mark.anyio
async def test_an_address_that_leads_nowhere_is_told_before_anything_is_sent() -> None:
    for url, said in (
        ("http://mcp.example.com", "not https"),
        ("https://nowhere.invalid", "has no address"),
        ("https://127.0.0.1:1", "No TLS"),
        ("mcp.example.com", "no URL"),
    ):
        assert said in await examined(url)
