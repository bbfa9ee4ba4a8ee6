"""Real servers on loopback sockets, and clients for them."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

import uvicorn
from starlette.types import ASGIApp

from telnyx_remote_mcp.http.protocol import BoundedProtocol


@asynccontextmanager
async def serving(
    app: ASGIApp, http: str | type[asyncio.Protocol] = BoundedProtocol, port: int = 0
) -> AsyncIterator[str]:
    """The app in uvicorn on a free port, or on this one; gives its URL."""
    config = uvicorn.Config(app, http=http, lifespan="off", log_config=None, access_log=False, proxy_headers=False)
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", port)) as listener:
        task = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            await task


async def raw_exchange(url: str, lines: Iterable[str], body: bytes = b"") -> str:
    """What the server answers to exactly these header lines, until it closes the connection."""
    host, port = url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        writer.write("\r\n".join([*lines, "Connection: close", "", ""]).encode("latin-1") + body)
        answer = await reader.read()
    finally:
        writer.close()
    await writer.wait_closed()
    return answer.decode("latin-1")
