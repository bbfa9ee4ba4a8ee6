"""Subscribers: sites over https that take deliveries as a client's gateway does, and servers that deliver to them."""

import asyncio
import base64
import json
import os
import socket
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import uvicorn
from standardwebhooks.webhooks import Webhook, WebhookVerificationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send
from tests.protocol.servers import KEY, META, Peer, app_of, message_in
from tests.server.serving import serving
from tests.tools.api.authority import Authority

from telnyx_remote_mcp.auth.api_keys import ApiKeys
from telnyx_remote_mcp.auth.authorization_server.public_fetch import PublicFetch, public_addresses
from telnyx_remote_mcp.events.deliverer import Pace
from telnyx_remote_mcp.events.delivery import Delivery
from telnyx_remote_mcp.events.services import EventServices
from telnyx_remote_mcp.protocol.open_requests import OpenRequests
from telnyx_tools.api.client import Api
from telnyx_tools.registry import registry
from telnyx_tools.tool.event import Event

HOST = "hooks.example.com"
EXTENSION = "io.modelcontextprotocol/events"
QUICK = Pace(pauses=(0.05, 0.05, 0.05, 0.05), again=0.05, look=0.05, linger=0.1, lease=2, sweep=0.3)
PUBLIC_URL = "https://mcp.example.com"


def secret() -> str:
    return f"whsec_{base64.b64encode(os.urandom(32)).decode()}"


class Gateway:
    """What takes deliveries at one path: verifies them with the library of Standard Webhooks, answers challenges, and
    fails as it is told."""

    def __init__(self) -> None:
        self.secret = secret()
        self.answers: list[int] = []
        self.retry_after: str | None = None
        """What it says with an answer that is no success."""
        self.events: list[dict[str, Any]] = []
        self.controls: list[dict[str, Any]] = []
        self.log: list[int] = []
        self.at: list[float] = []
        """When each of these answers was given."""
        self.headers: list[dict[str, str]] = []
        self.echoes = True
        self.is_down = False
        self.turned_away: list[str] = []
        """The `webhook-id` of whatever came while it was down."""
        self._changed = asyncio.Event()

    async def take(self, request: Request) -> Response:
        response = await self._answer(request)
        self.log.append(response.status_code)
        self.at.append(time.monotonic())
        self._changed.set()
        return response

    async def _answer(self, request: Request) -> Response:
        raw = await request.body()
        if self.is_down:
            self.turned_away.append(request.headers["webhook-id"])
            return Response(status_code=503)
        try:
            Webhook(self.secret).verify(raw, dict(request.headers))
        except WebhookVerificationError:
            return Response(status_code=401)
        body = json.loads(raw)
        if body.get("type") == "verification":
            return JSONResponse({"challenge": body["challenge"] if self.echoes else "another"})
        if self.answers and (status := self.answers.pop(0)) >= 300:
            asked = {"Retry-After": self.retry_after} if self.retry_after is not None else {}
            return Response(status_code=status, headers={"Location": "https://elsewhere.example.com/", **asked})
        if "type" in body:
            self.controls.append(body)
        else:
            assert body["eventId"] == request.headers["webhook-id"]
            self.events.append(body)
        self.headers.append(dict(request.headers))
        return Response(status_code=204)

    @property
    def ids(self) -> list[str]:
        return [event["eventId"] for event in self.events]

    async def until(self, done: Callable[[], bool]) -> None:
        async with asyncio.timeout(10):
            while not done():
                self._changed.clear()
                await self._changed.wait()


class Site:
    """A site with any number of gateways, and the names that lead to it."""

    def __init__(self) -> None:
        self.gateways: dict[str, Gateway] = {}
        self.port = 0
        self.up = True
        self.is_ours = True

    def at(self, path: str) -> Gateway:
        return self.gateways.setdefault(path, Gateway())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await self.at(scope["path"]).take(Request(scope, receive))
        await response(scope, receive, send)

    async def resolve(self, host: str, port: int) -> list[tuple[str, int]]:
        """Where a name leads: ours to this machine, and all others to where they do."""
        if host != HOST or not self.is_ours:
            return await public_addresses(host, port)
        return [("127.0.0.1", self.port if self.up else 9)]


@asynccontextmanager
async def site(folder: Path) -> AsyncIterator[tuple[Site, PublicFetch]]:
    """The site on a socket, and requests that find it and trust its certificate."""
    made, authority = Site(), Authority(folder)
    config = uvicorn.Config(made, lifespan="off", log_config=None, access_log=False)
    config.load()
    config.ssl = authority.server(HOST)
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        made.port = listener.getsockname()[1]
        task = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            yield made, PublicFetch(made.resolve, authority.client())
        finally:
            server.should_exit = True
            await task


def quiet() -> PublicFetch:
    """Requests of a server that delivers to nobody."""
    return PublicFetch(public_addresses)


@dataclass(frozen=True)
class Agent:
    """A client that speaks one of the profiles."""

    peer: Peer
    declares: bool = True

    async def ask(self, method: str, **params: Any) -> Any:
        """The result or the error of a request, without what every result has."""
        extensions = {"extensions": {EXTENSION: {}}} if self.declares else {}
        meta = {**META, "io.modelcontextprotocol/clientCapabilities": extensions}
        message = message_in(await self.peer.modern(method, {**params, "_meta": meta}))
        return message["result"] if "result" in message else message["error"]

    async def subscribe(self, path: str, gateway: Gateway, name: str = "message.received", **params: Any) -> Any:
        delivery = {"mode": "webhook", "url": f"https://{HOST}{path}", "secret": gateway.secret}
        return await self.ask("events/subscribe", name=name, **{"delivery": delivery, "cursor": None, **params})

    async def unsubscribe(self, path: str, name: str = "message.received", **params: Any) -> Any:
        return await self.ask("events/unsubscribe", name=name, delivery={"url": f"https://{HOST}{path}"}, **params)


@dataclass(frozen=True)
class Office:
    """A server that takes events and delivers them."""

    url: str
    services: EventServices
    keys: ApiKeys
    open_requests: OpenRequests
    http: httpx2.AsyncClient

    def agent(self, key: str = KEY, *, declares: bool = True) -> Agent:
        return Agent(Peer(self.http, key), declares)

    @property
    def delivery(self) -> Delivery:
        assert self.services.delivery is not None
        return self.services.delivery

    async def settled(self) -> None:
        """Wait until nothing is being delivered; what is looked at from time to time goes on."""
        await asyncio.gather(*(task for task in self.delivery._tasks if "_sweep" not in repr(task.get_coro())))

    async def happen(self, *events: Event, key: str = KEY) -> None:
        """Have the server take these events."""
        principal = self.keys.principal(key)
        for event in events:
            await self.services.inbox_events.append(principal, event)
        self.services.arrived(principal)


@asynccontextmanager
async def office(
    directory: Path, fetch: PublicFetch, telnyx: str = "http://127.0.0.1:9/v2", **given: Any
) -> AsyncIterator[Office]:
    """A server on the store in this directory."""
    parts: dict[str, Any] = {}
    app, _ = app_of(
        directory,
        api=Api(telnyx),
        registry=registry(),
        fetch=fetch,
        parts=parts,
        **{"pace": QUICK, "public_url": PUBLIC_URL, **given},
    )
    async with (
        app.router.lifespan_context(app),
        serving(app) as url,
        httpx2.AsyncClient(base_url=url, timeout=10) as http,
    ):
        yield Office(url, parts["events"], parts["keys"], parts["open_requests"], http)
