"""What every story has: an agent's client, a server, and a sandbox behind it, each on a socket."""

import time
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest
from mcp.client import Client
from tests.e2e.clients import connected, headers
from tests.e2e.processes import UNATTENDED
from tests.server.serving import serving
from tests.server.stories.agent import KEY

from telnyx_remote_mcp.composition.server import create_app
from telnyx_remote_mcp.settings import Settings
from telnyx_sandbox.app import create_app as create_sandbox
from telnyx_sandbox.clock import Clock
from telnyx_sandbox.server import serving as serving_sandbox
from telnyx_tools.api import retry
from telnyx_tools.shared import waiting


@pytest.fixture
def clock() -> Clock:
    """The sandbox's time: now, until a test moves it or a tool waits."""
    now = time.time()
    return Clock(lambda: now)


@pytest.fixture(autouse=True)
def _hurried(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a tool waits, the sandbox's time passes, and none of the test's."""

    async def sleep(seconds: float) -> None:
        clock.advance(seconds)

    monkeypatch.setattr(waiting, "CLOCK", retry.Clock(monotonic=clock.now, sleep=sleep))


@pytest.fixture
async def sandbox(clock: Clock) -> AsyncIterator[httpx2.AsyncClient]:
    """Telnyx, as the account sees it without a server between."""
    async with (
        serving_sandbox(create_sandbox(clock=clock)) as base_url,
        httpx2.AsyncClient(base_url=base_url, headers=headers(KEY)) as http,
    ):
        yield http


@pytest.fixture
async def control(sandbox: httpx2.AsyncClient) -> AsyncIterator[httpx2.AsyncClient]:
    """The sandbox's own switches, and where people write to the account and call it."""
    async with httpx2.AsyncClient(base_url=sandbox.base_url.join("/sandbox")) as control:
        yield control


@pytest.fixture
async def server(sandbox: httpx2.AsyncClient, tmp_path: Path) -> AsyncIterator[str]:
    """The endpoint with what a client is shown that asks for nothing."""
    base_url = str(sandbox.base_url).rstrip("/")
    storage = base_url.removesuffix("/v2") + "/storage/{region}"
    settings = Settings(
        api_base_url=base_url, storage_endpoint=storage, data_dir=tmp_path, allow=["limits"], policy=UNATTENDED
    )
    app = create_app(settings)
    async with app.router.lifespan_context(app), serving(app) as server:
        yield f"{server}/mcp"


@pytest.fixture
def url(server: str, request: pytest.FixtureRequest) -> str:
    """The endpoint with the tools of the `GROUPS` that a module of stories names."""
    return f"{server}?groups={request.module.GROUPS}"


@pytest.fixture
async def client(url: str) -> AsyncIterator[Client]:
    async with connected(url, KEY) as client:
        yield client
