"""The whole app on a socket, with tools of its own, and requests to it as they are."""

import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
from mcp.server import Server
from starlette.applications import Starlette
from tests import contexts
from tests.protocol.tools import tools
from tests.server.serving import serving

from telnyx_remote_mcp.app import Parts, build_app
from telnyx_remote_mcp.auth.api_keys import ApiKeys
from telnyx_remote_mcp.auth.authorization_server.public_fetch import PublicFetch
from telnyx_remote_mcp.auth.verdicts import Verdict
from telnyx_remote_mcp.calls.pipeline import Step
from telnyx_remote_mcp.composition.dispatch import create_dispatch
from telnyx_remote_mcp.events.deliverer import Pace
from telnyx_remote_mcp.events.outbound import Outbound
from telnyx_remote_mcp.events.services import EventServices
from telnyx_remote_mcp.events.standing import Authority
from telnyx_remote_mcp.protocol.open_requests import OpenRequests
from telnyx_remote_mcp.protocol.server import Services, create_server
from telnyx_remote_mcp.settings import Settings
from telnyx_remote_mcp.store import open_store
from telnyx_remote_mcp.store.secret import Secret
from telnyx_remote_mcp.surface.surfaces import Surfaces
from telnyx_remote_mcp.telemetry.meter import UNMEASURED, Meter
from telnyx_tools.api.client import Api, Credential
from telnyx_tools.registry import Registry

KEY, OTHER_KEY, DEAD_KEY = "KEYprotocol", "KEYother", "KEYdead"
LEGACY, MODERN = "2025-11-25", "2026-07-28"
ACCEPT = "application/json, text/event-stream"
META = {
    "io.modelcontextprotocol/protocolVersion": MODERN,
    "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"},
    "io.modelcontextprotocol/clientCapabilities": {},
}
INITIALIZE = {
    "protocolVersion": LEGACY,
    "capabilities": {},
    "clientInfo": {"name": "test", "version": "1"},
}


@asynccontextmanager
async def served(data_dir: Path, **given: Any) -> AsyncIterator[str]:
    """The app on a socket; gives its URL. What is given goes to `app_of`."""
    app, _ = app_of(data_dir, **given)
    async with app.router.lifespan_context(app), serving(app) as url:
        yield url


def app_of(
    data_dir: Path,
    *,
    api: Api | None = None,
    registry: Registry | None = None,
    steps: Sequence[Step] | None = None,
    closers: Sequence[Callable[[], None]] = (),
    fetch: PublicFetch | None = None,
    pace: Pace | None = None,
    meter: Meter = UNMEASURED,
    parts: dict[str, Any] | None = None,
    **given: Any,
) -> tuple[Starlette, Server[None]]:
    """The app and the MCP server in it. All keys but one are genuine. `steps` take the place of the guards.

    With a `fetch` it delivers events to subscribers. `parts` gets those inside of it that a test plays with.
    """
    settings = Settings(data_dir=data_dir, rate_limit_per_minute=100_000, **given)
    api = api or Api()
    secret = Secret.load(settings.secret, settings.data_dir)
    keys = ApiKeys(_check, lambda: secret.derive("pepper"))
    surfaces = Surfaces(registry or tools(), settings.ceiling)
    store = open_store(settings)
    events = EventServices(store, store, lambda: secret, settings.webhook_base, meter=meter)
    outbound = Outbound(fetch, meter) if fetch is not None else None
    delivery = events.deliver(Authority(surfaces, keys, None), outbound, pace) if outbound is not None else None
    open_requests = OpenRequests()
    shared = contexts.guarded(settings, api, store)
    dispatch = (
        create_dispatch(settings, surfaces, api, lambda: shared, lambda: events, rejected=keys.reject)
        if steps is None
        else contexts.dispatch(api, steps)
    )
    server = create_server(
        Services(
            settings=settings,
            surfaces=surfaces,
            dispatch=dispatch,
            events=lambda: events,
            open_requests=open_requests,
        )
    )
    app = build_app(
        Parts(
            settings=settings,
            server=server,
            api=api,
            keys=keys,
            surfaces=surfaces,
            stores=[store],
            webhooks=events.receiver,
            closers=[open_requests.close, events.close, *closers],
            beside=[delivery.running] if delivery is not None else [],
        )
    )
    if parts is not None:
        parts |= {"events": events, "keys": keys, "open_requests": open_requests}
    return app, server


async def _check(credential: Credential) -> Verdict:
    return Verdict.DEAD if credential.secret == DEAD_KEY else Verdict.GENUINE


class Peer:
    """A client that sends what it is told to, right or wrong."""

    def __init__(self, http: httpx2.AsyncClient, key: str = KEY) -> None:
        self.http = http
        self.headers = {"Authorization": f"Bearer {key}", "Accept": ACCEPT, "Content-Type": "application/json"}

    @classmethod
    @asynccontextmanager
    async def of(cls, url: str, key: str = KEY) -> AsyncIterator["Peer"]:
        async with httpx2.AsyncClient(base_url=url, timeout=10) as http:
            yield cls(http, key)

    async def send(self, content: str | bytes, path: str = "/mcp", **headers: str | None) -> httpx2.Response:
        return await self.http.post(path, content=content, headers=self._headers(headers))

    async def modern(
        self, method: str, params: dict[str, Any] | None = None, path: str = "/mcp", **headers: str | None
    ) -> httpx2.Response:
        """A request of the era without sessions; `headers` replace or, where None, remove."""
        message = modern(method, params)
        routing: dict[str, str | None] = {"mcp_protocol_version": MODERN, "mcp_method": method}
        if "name" in message["params"]:
            routing["mcp_name"] = message["params"]["name"]
        all_headers = self._headers(routing | headers)
        return await self.http.post(path, json=message, headers=all_headers)

    async def legacy(
        self, method: str, params: dict[str, Any] | None = None, path: str = "/mcp", **headers: str | None
    ) -> httpx2.Response:
        """A request of the era of `initialize`."""
        return await self.http.post(path, json=legacy(method, params), headers=self._headers(headers))

    async def session(self, path: str = "/mcp") -> dict[str, str]:
        """The headers of a session that was just begun."""
        begun = await self.legacy("initialize", INITIALIZE, path)
        headers = {"mcp_session_id": begun.headers["mcp-session-id"], "mcp_protocol_version": LEGACY}
        initialized = {"jsonrpc": "2.0", "method": "notifications/initialized"}
        await self.http.post(path, json=initialized, headers=self._headers(headers))
        return headers

    def _headers(self, headers: dict[str, str | None]) -> dict[str, str]:
        named = {name.replace("_", "-").title(): value for name, value in headers.items()}
        return {name: value for name, value in (self.headers | named).items() if value is not None}


def message_in(response: httpx2.Response) -> dict[str, Any]:
    """The one JSON-RPC message of an answer, as JSON or as the only event of a stream."""
    if response.headers["content-type"].startswith("text/event-stream"):
        (data,) = [line.removeprefix("data: ") for line in response.text.splitlines() if line.startswith("data: {")]
    else:
        data = response.text
    message: dict[str, Any] = json.loads(data)
    return message


def error_in(response: httpx2.Response) -> tuple[int, int]:
    """The HTTP status and the code of the error."""
    return response.status_code, message_in(response)["error"]["code"]


def modern(method: str, params: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": 1, "method": method, "params": {"_meta": META, **(params or {})}}


def legacy(method: str, params: dict[str, Any] | None = None, message_id: int = 1) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": message_id, "method": method, "params": params or {}}
