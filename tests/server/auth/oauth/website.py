"""Clients' own sites over https, with names and a certificate authority that only the tests know."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import uvicorn
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send
from tests.tools.api.authority import Authority

from telnyx_remote_mcp.auth.authorization_server.public_fetch import PublicFetch, Unreachable

HOST = "agent.example.com"
URL = f"https://{HOST}/client.json"
DOCUMENT = {
    "client_id": URL,
    "client_name": "Published agent",
    "redirect_uris": [f"https://{HOST}/callback", "http://127.0.0.1/callback"],
    "token_endpoint_auth_method": "none",
}


class Website:
    """The site at HOST: answers `response`, and keeps what it was asked."""

    def __init__(self) -> None:
        self.response: Response = JSONResponse(DOCUMENT)
        self.asked: list[tuple[str, str]] = []

    def publish(self, **changed: object) -> None:
        self.response = JSONResponse({name: v for name, v in {**DOCUMENT, **changed}.items() if v is not None})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.asked.append((dict(scope["headers"])[b"host"].decode(), scope["path"]))
        await self.response(scope, receive, send)


class Names:
    """A resolver that knows one name."""

    def __init__(self, port: int) -> None:
        self.port = port

    async def __call__(self, host: str, port: int) -> list[tuple[str, int]]:
        if host not in (HOST, "impostor.example.com"):
            raise Unreachable("its host is not known")
        return [("127.0.0.1", self.port)]


@asynccontextmanager
async def published(website: Website, folder: Path) -> AsyncIterator[PublicFetch]:
    """The site on a socket, and a fetch that finds it and trusts its certificate."""
    authority = Authority(folder)
    config = uvicorn.Config(website, lifespan="off", log_config=None, access_log=False)
    config.load()
    config.ssl = authority.server(HOST)
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        task = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            yield PublicFetch(Names(listener.getsockname()[1]), authority.client())
        finally:
            server.should_exit = True
            await task
