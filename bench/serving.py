"""Serves the ASGI apps that the server is compared with: with one worker, as the server."""

from __future__ import annotations

import socket
from typing import Any

import uvicorn


def serve(app: Any) -> None:
    """Serve an ASGI app on a free port of loopback, and print the port in the first line of output."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=2048)
    print(f"Serving on http://127.0.0.1:{listener.getsockname()[1]}/mcp", flush=True)
    config = uvicorn.Config(app, log_config=None, access_log=False, proxy_headers=False, server_header=False)
    uvicorn.Server(config).run(sockets=[listener])
