"""The pages of a server over stdio. They are served on this machine only, once one of them is needed."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.routing import Route

if TYPE_CHECKING:
    import uvicorn

HOSTS = ["127.0.0.1", "localhost"]
"""The hosts that are served. A page of any other host must not read these pages (DNS rebinding)."""


class LoopbackPages:
    """Serves pages on a free port of 127.0.0.1, from the first call of `url` on."""

    def __init__(self, routes: Callable[[], Sequence[Route]]) -> None:
        self._routes = routes
        self._url: str | None = None
        self._server: uvicorn.Server | None = None
        self._task: asyncio.Task[None] | None = None

    def url(self) -> str:
        """The URL of the pages. Call it on the event loop that is to serve them."""
        if self._url is None:
            listener = socket.create_server(("127.0.0.1", 0))
            self._url = f"http://127.0.0.1:{listener.getsockname()[1]}"
            self._server = _server(self._routes())
            self._task = asyncio.create_task(self._server.serve(sockets=[listener]))
        return self._url

    async def aclose(self) -> None:
        """Stop serving, if it was started."""
        if self._server is not None and self._task is not None:
            self._server.should_exit = True
            with suppress(asyncio.CancelledError):
                await self._task


def _server(routes: Sequence[Route]) -> uvicorn.Server:
    import uvicorn  # on first use

    class Quiet(uvicorn.Server):
        @contextmanager
        def capture_signals(self) -> Iterator[None]:
            yield  # the server over stdio handles the signals

    app = Starlette(routes=list(routes), middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=HOSTS)])
    return Quiet(uvicorn.Config(app, lifespan="off", log_config=None, access_log=False, timeout_graceful_shutdown=1))
