"""The server over HTTP: the socket, the worker processes, the end."""

from __future__ import annotations

import gc
import os
import signal
import socket
from functools import partial
from types import FrameType

import uvicorn
from starlette.applications import Starlette
from uvicorn.supervisors import Multiprocess

from telnyx_remote_mcp.composition.server import create_app
from telnyx_remote_mcp.http.protocol import MAX_CONNECTIONS, BoundedProtocol
from telnyx_remote_mcp.settings import SECRETS, Settings, variable
from telnyx_remote_mcp.telemetry import logs

GRACE_SECS = 25
"""How long calls in progress may take to finish when the process is asked to end."""

WORKER_SECS = 30
"""How long a worker may be silent before another takes its place: on a busy machine one needs several to begin."""


def check(settings: Settings) -> None:
    """Raises ValueError, whose text is one line, for settings that cannot be served."""
    create_app(settings).build_middleware_stack()


def listen(host: str, port: int) -> socket.socket:
    """The socket that all workers accept from. Raises OSError if the address cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.create_server((host, port), family=family, backlog=2048)
    listener.set_inheritable(True)
    return listener


def serve(settings: Settings, listener: socket.socket) -> None:
    """Serve on the socket until SIGTERM, or until Ctrl-C raises KeyboardInterrupt."""
    settings = settings.model_copy(update={"port": listener.getsockname()[1], "api_key": None})
    # Workers get the settings through a pipe: the environment of a process can be read by others of its user.
    for name in SECRETS:
        os.environ.pop(variable(name), None)
    config = uvicorn.Config(
        partial(app, settings),
        factory=True,
        http=BoundedProtocol,
        limit_concurrency=MAX_CONNECTIONS + 1,  # by then none of them is idle
        workers=settings.workers,
        ws="none",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECS,
        timeout_worker_healthcheck=WORKER_SECS,
    )
    print(f"Serving on {settings.url}/mcp", flush=True)  # noqa: T201 - the one line that scripts wait for
    if settings.workers == 1:
        _Server(config).run(sockets=[listener])
    else:
        workers = _Workers(config, [listener])
        workers.run()
        if workers.interrupted:
            raise KeyboardInterrupt


def app(settings: Settings) -> Starlette:
    """The app of one worker."""
    logs.configure(settings.log_level)
    created = create_app(settings)
    _spare_garbage_collector()
    return created


def _spare_garbage_collector() -> None:
    """Freeze what is there at the start: it stays, and a request's leftovers are mostly freed without a collection.

    By default collections take a tenth of the processor time, and a full one holds up all calls of the moment.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(3_000, 5, 5)


class _Workers(Multiprocess):
    """Remembers a Ctrl-C, with which one process ends by KeyboardInterrupt."""

    interrupted = False

    def handle_int(self) -> None:
        self.interrupted = True
        super().handle_int()


class _Server(uvicorn.Server):
    """Takes SIGTERM for a normal end, where uvicorn would let the signal kill the process afterwards."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if sig == signal.SIGTERM:
            self.should_exit = True
        else:
            super().handle_exit(sig, frame)
