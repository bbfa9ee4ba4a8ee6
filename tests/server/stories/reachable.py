"""A server that the sandbox reaches with its webhooks: it serves at the port that its settings name."""

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
from tests.server.serving import serving

from telnyx_remote_mcp.composition.server import create_app
from telnyx_remote_mcp.settings import Settings


@asynccontextmanager
async def reachable(sandbox: httpx2.AsyncClient, data_dir: Path, policy: Path) -> AsyncIterator[tuple[Settings, str]]:
    """The server; gives its settings and its URL."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    base_url = str(sandbox.base_url).rstrip("/")
    settings = Settings(api_base_url=base_url, data_dir=data_dir, policy=policy, port=port)
    app = create_app(settings)
    async with app.router.lifespan_context(app), serving(app, port=port) as url:
        yield settings, url
