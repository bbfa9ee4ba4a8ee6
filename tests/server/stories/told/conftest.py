"""What stories have that webhooks tell: a server that the sandbox can reach, and time that passes."""

import socket
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest
from tests.e2e.processes import UNATTENDED
from tests.server.serving import serving

from telnyx_remote_mcp.composition.server import create_app
from telnyx_remote_mcp.settings import Settings
from telnyx_sandbox.clock import Clock


@pytest.fixture
def clock() -> Clock:
    """Time passes, and faster than outside."""
    return Clock(speed=10)


@pytest.fixture(autouse=True)
def _hurried() -> None:
    """Tools wait in real time here, for events."""


@pytest.fixture
def policy() -> Path:
    """The rules of the operator."""
    return UNATTENDED


@pytest.fixture
def settings(sandbox: httpx2.AsyncClient, tmp_path: Path, policy: Path) -> Settings:
    """Settings that say where the server listens."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    base_url = str(sandbox.base_url).rstrip("/")
    return Settings(api_base_url=base_url, data_dir=tmp_path, policy=policy, port=port)


@pytest.fixture
async def reached(settings: Settings) -> AsyncIterator[str]:
    """The URL of a server that the sandbox can reach."""
    app = create_app(settings)
    async with app.router.lifespan_context(app), serving(app, port=settings.port) as url:
        yield url


@pytest.fixture
def server(reached: str) -> str:
    """The endpoint of that server."""
    return f"{reached}/mcp"
