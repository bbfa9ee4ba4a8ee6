"""`doctor --url` looks at a deployment through an nginx: what is well, and what each mistake of a proxy is told."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.e2e.processes import Server, run, served
from tests.services.cluster import nginx

from telnyx_remote_mcp.commands.outside import Deployment

KEY = {"TELNYX_API_KEY": "KEY_sandbox_outside"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with served(tmp_path_factory.mktemp("outside"), "--sandbox", "--stateless") as server:
        yield server


def test_a_server_that_is_reached_as_it_should_be_is_well(server: Server, tmp_path: Path) -> None:
    found = run(tmp_path, "doctor", "--url", server.url, **KEY)
    assert found.returncode == 0, found.stdout
    for said in ("asks for a credential", "/readyz: ready", "clock", "Metadata", "CORS", "2026-07-28", "2025-11-25"):
        assert said in found.stdout


async def examined(url: str) -> str:
    """What is wrong with the deployment."""
    return "\n".join([finding.text async for finding in Deployment(url).examine() if not finding.good])


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
        )
    ):
        directory = tmp_path / str(number)
        directory.mkdir()
        with nginx(directory, port, path=path, more=more) as url:
            assert said in await examined(url)


@pytest.mark.anyio
async def test_an_address_that_leads_nowhere_is_told_before_anything_is_sent() -> None:
    for url, said in (
        ("http://mcp.example.com", "not https"),
        ("https://nowhere.invalid", "has no address"),
        ("https://127.0.0.1:1", "No TLS"),
        ("mcp.example.com", "no URL"),
    ):
        assert said in await examined(url)
