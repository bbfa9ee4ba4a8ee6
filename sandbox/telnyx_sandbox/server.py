"""The sandbox on a socket: as a process of its own, or inside a test."""

import asyncio
import json
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import FrameType

import uvicorn
from starlette.applications import Starlette
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from . import connection
from .app import create_app
from .clock import Clock


class _Protocol(HttpToolsProtocol):
    """Hands each request the connection it came on, for the faults that break it."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["extensions"] = {connection.EXTENSION: {"transport": self.transport}}


class Server(uvicorn.Server):
    """A uvicorn server that knows its address and takes SIGTERM for a normal end."""

    def __init__(self, app: Starlette, host: str = "127.0.0.1", port: int = 0) -> None:
        config = uvicorn.Config(
            app,
            host=host,
            port=port,
            http=_Protocol,
            ws="none",
            lifespan="off",
            log_level="warning",
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=1,
        )
        super().__init__(config)
        self.listening = asyncio.Event()

    @property
    def base_url(self) -> str:
        """What takes the place of `https://api.telnyx.com/v2`."""
        address = self.servers[0].sockets[0].getsockname()
        host = f"[{address[0]}]" if ":" in address[0] else address[0]
        return f"http://{host}:{address[1]}/v2"

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listening.set()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if sig == signal.SIGTERM:
            self.should_exit = True
        else:
            super().handle_exit(sig, frame)


@asynccontextmanager
async def serving(app: Starlette, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[str]:
    """Serve `app` from the running event loop; gives the base URL."""
    server = Server(app, host, port)
    task = asyncio.create_task(server.serve())
    await server.listening.wait()
    try:
        yield server.base_url
    finally:
        server.should_exit = True
        await task


def run(host: str = "127.0.0.1", port: int = 0, *, speed: float = 1.0, with_parent: bool = False) -> None:
    """Serve until SIGTERM or SIGINT; one JSON line with the base URL on stdout says when.

    `with_parent` also ends it when stdin closes, so that it never outlives the process that holds the pipe.
    """
    asyncio.run(_run(Server(create_app(clock=Clock(speed=speed)), host, port), with_parent))


async def _run(server: Server, with_parent: bool) -> None:
    if with_parent:
        loop = asyncio.get_running_loop()
        await loop.connect_read_pipe(lambda: _ParentWatch(server), sys.stdin)
    task = asyncio.create_task(server.serve())
    await asyncio.wait([task, asyncio.ensure_future(server.listening.wait())], return_when=asyncio.FIRST_COMPLETED)
    if server.listening.is_set():
        sys.stdout.write(json.dumps({"base_url": server.base_url}) + "\n")
        sys.stdout.flush()
    await task


class _ParentWatch(asyncio.Protocol):
    def __init__(self, server: Server) -> None:
        self._server = server

    def connection_lost(self, exc: Exception | None) -> None:
        self._server.should_exit = True
