"""The official Python client, which connects by signing in through a browser."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import anyio
import httpx2
from mcp.client import Client
from mcp.client.auth import OAuthClientProvider
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import AuthorizationCodeResult, OAuthClientMetadata
from pydantic import AnyUrl
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from tests.server.serving import serving
from tests.token_storage import TokenMemory

PATIENCE_SECS = 60
NAME = "Example Agent"
CALLBACK_PATH = "/callback"

Visit = Callable[[str], Awaitable[None]]
"""What a person does in the browser at an address."""


class Refused(Exception):
    """The server sent the person back without a code."""


class Callback:
    """Where the browser comes back to: a server of the agent's own, on this machine."""

    def __init__(self) -> None:
        self.url = ""
        self._send, self._receive = anyio.create_memory_object_stream[dict[str, str]](10)

    @classmethod
    @asynccontextmanager
    async def listening(cls) -> AsyncIterator["Callback"]:
        callback = cls()
        app = Starlette(routes=[Route(CALLBACK_PATH, callback._arrive)])
        async with serving(app) as url, callback._send, callback._receive:
            callback.url = url + CALLBACK_PATH
            yield callback

    async def result(self) -> AuthorizationCodeResult:
        """The code. Raises Refused."""
        answer = await self._receive.receive()
        if "error" in answer:
            raise Refused(answer["error"], answer["iss"])
        return AuthorizationCodeResult.model_validate(answer)

    async def _arrive(self, request: Request) -> Response:
        await self._send.send(dict(request.query_params))
        return PlainTextResponse("Back at the agent")


@asynccontextmanager
async def connected(
    url: str, visit: Visit, memory: TokenMemory | None = None, document: str | None = None
) -> AsyncIterator[Client]:
    """A client that sends a person to the browser when the server asks it to.

    With `document` it names itself by the URL of its metadata, else it registers.
    """
    async with Callback.listening() as callback:
        metadata = OAuthClientMetadata(redirect_uris=[AnyUrl(callback.url)], client_name=NAME)
        provider = OAuthClientProvider(
            url, metadata, memory or TokenMemory(), visit, callback.result, client_metadata_url=document
        )
        async with (
            httpx2.AsyncClient(auth=provider, timeout=PATIENCE_SECS) as http,
            Client(streamable_http_client(url, http_client=http)) as client,
        ):
            yield client
