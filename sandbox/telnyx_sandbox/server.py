"""The sandbox as a server on a socket: in a process of its own, or inside a test."""

import asyncio
import json
import math
import os
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from types import FrameType

import uvicorn
from starlette.applications import Starlette
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from . import connection
from .app import create_app
from .clock import Clock


class _Protocol(HttpToolsProtocol):
    """Gives each request access to its connection, for faults that break the connection."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["extensions"] = {connection.EXTENSION: {"transport": self.transport}}


class Server(uvicorn.Server):
    """A uvicorn server that reports its base URL once it listens, and ends normally on SIGTERM."""

    def __init__(
        self, app: Starlette, host: str, port: int, announce: Callable[[str], object], idle_secs: float = math.inf
    ) -> None:
        config = uvicorn.Config(
            app,
            host=host,
            port=port,
            http=_Protocol,
            ws="none",
            lifespan="auto",
            log_level="warning",
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=1,
        )
        super().__init__(config)
        self._announce = announce
        self._idle_secs = idle_secs
        self._seen, self._seen_at = 0, time.monotonic()

    @property
    def base_url(self) -> str:
        """The URL to use in place of `https://api.telnyx.com/v2`."""
        host, port = self.servers[0].sockets[0].getsockname()[:2]
        return f"http://[{host}]:{port}/v2" if ":" in host else f"http://{host}:{port}/v2"

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._announce(self.base_url)

    async def on_tick(self, counter: int) -> bool:
        if self._seen != self.server_state.total_requests:
            self._seen, self._seen_at = self.server_state.total_requests, time.monotonic()
        return await super().on_tick(counter) or time.monotonic() - self._seen_at > self._idle_secs

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if sig == signal.SIGTERM:
            self.should_exit = True
        else:
            super().handle_exit(sig, frame)


@asynccontextmanager
async def serving(app: Starlette, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[str]:
    """Serve `app` from the running event loop. Yields the base URL."""
    listening: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    server = Server(app, host, port, listening.set_result)
    task = asyncio.create_task(server.serve())
    try:
        yield await listening
    finally:
        server.should_exit = True
        await task


def run(
    host: str = "127.0.0.1",
    port: int = 0,
    *,
    speed: float = 1.0,
    with_parent: bool = False,
    idle_secs: float = math.inf,
) -> None:
    """Serve until SIGTERM or Ctrl-C. Once it listens, one JSON line with the base URL is written to stdout.

    It also ends after `idle_secs` without a request and, with `with_parent`, when stdin closes, so that it never
    outlives the process that holds the pipe. Raises OSError if it cannot listen at the address.
    """
    listener = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    server = Server(create_app(clock=Clock(speed=speed)), host, port, _print_base_url, idle_secs)
    with suppress(KeyboardInterrupt), asyncio.Runner(loop_factory=server.config.get_loop_factory()) as runner:
        runner.run(_serve(server, listener, with_parent))


async def _serve(server: Server, listener: socket.socket, with_parent: bool) -> None:
    if with_parent:
        await asyncio.get_running_loop().connect_read_pipe(lambda: _ParentWatch(server), sys.stdin)
    await server.serve(sockets=[listener])


def _print_base_url(base_url: str) -> None:
    sys.stdout.write(json.dumps({"base_url": base_url, "pid": os.getpid()}) + "\n")
    sys.stdout.flush()


class _ParentWatch(asyncio.Protocol):
    """Detects that stdin was closed at its other end. Reads nothing."""

    def __init__(self, server: Server) -> None:
        self._server = server

    def connection_lost(self, exc: Exception | None) -> None:
        self._server.should_exit = True
