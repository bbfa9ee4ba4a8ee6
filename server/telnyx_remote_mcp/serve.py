"""The server over HTTP: the socket, the worker processes, the end."""

from __future__ import annotations

import os
import socket

import uvicorn
from starlette.applications import Starlette
from uvicorn.supervisors import Multiprocess

from telnyx_remote_mcp.app import create_app
from telnyx_remote_mcp.settings import Settings

GRACE_SECS = 25
"""How long calls in progress may take to finish when the process is asked to end."""


def serve(settings: Settings) -> None:
    """Serve until the process is asked to end. Raises OSError if the address cannot be had."""
    listener = _listen(settings.host, settings.port)
    settings = settings.model_copy(update={"port": listener.getsockname()[1]})
    # Workers are processes of their own: they read the same settings from the environment.
    os.environ.update(settings.environment())
    config = uvicorn.Config(
        "telnyx_remote_mcp.serve:app",
        factory=True,
        workers=settings.workers,
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECS,
    )
    print(f"Serving on {settings.url}/mcp", flush=True)  # noqa: T201 - the one line that scripts wait for
    if settings.workers == 1:
        uvicorn.Server(config).run(sockets=[listener])
    else:
        Multiprocess(config, [listener]).run()


def app() -> Starlette:
    """The app of one worker, from the environment."""
    return create_app(Settings())


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.create_server((host, port), family=family, backlog=2048)
    listener.set_inheritable(True)
    return listener
