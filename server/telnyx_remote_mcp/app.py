"""The ASGI app: its routes, and the order of its middleware."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mcp.server import Server
from mcp.server.streamable_http_manager import StreamableHTTPASGIApp, StreamableHTTPSessionManager
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response
from starlette.routing import Mount, Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from telnyx_remote_mcp.audit.activity import Activity
from telnyx_remote_mcp.auth.api_keys import ApiKeys
from telnyx_remote_mcp.buckets import RateOf, local_rate
from telnyx_remote_mcp.discovery.routes import apps_response, discovery_routes
from telnyx_remote_mcp.events.receiver import MAX_BYTES, MAX_SECS, PATH
from telnyx_remote_mcp.events.waiting import Waiting
from telnyx_remote_mcp.gate.authenticate import Authenticate
from telnyx_remote_mcp.gate.handshake import Handshake
from telnyx_remote_mcp.gate.json_replies import JsonReplies
from telnyx_remote_mcp.gate.limits import InFlight, RateLimit
from telnyx_remote_mcp.gate.ready_listings import ReadyListings
from telnyx_remote_mcp.gate.select_surface import SelectSurface
from telnyx_remote_mcp.gate.sessions import Sessions
from telnyx_remote_mcp.gate.step_up import StepUp
from telnyx_remote_mcp.gate.store_away import RefuseWhileStoreAway
from telnyx_remote_mcp.http.bodies import BodyLimits, KeptBytes
from telnyx_remote_mcp.http.client_address import ClientAddress
from telnyx_remote_mcp.http.edge import Edge
from telnyx_remote_mcp.http.health import health_routes
from telnyx_remote_mcp.http.hosts import Hosts
from telnyx_remote_mcp.http.last_answers import LastAnswers
from telnyx_remote_mcp.http.media_types import MediaTypes
from telnyx_remote_mcp.http.not_found import NotFound
from telnyx_remote_mcp.http.open_streams import OpenStreams
from telnyx_remote_mcp.http.signals import on_termination
from telnyx_remote_mcp.settings import Settings
from telnyx_remote_mcp.store.base import Store
from telnyx_remote_mcp.surface.surfaces import Surfaces
from telnyx_remote_mcp.telemetry import caller_trace
from telnyx_remote_mcp.telemetry.meter import UNMEASURED, Meter
from telnyx_remote_mcp.web.page import page_routes
from telnyx_tools.api.client import Api

if TYPE_CHECKING:
    from telnyx_remote_mcp.auth.oauth import OAuth

FAILED_LOGINS_PER_MINUTE = 30
MAX_PAGE_BYTES = 65_536
"""The largest body that anybody may send without a credential: a form, or the registration of a client."""


@dataclass(frozen=True, kw_only=True)
class Parts:
    """The parts that the app is made of, created once for a process."""

    settings: Settings
    server: Server[Any]
    api: Api
    keys: ApiKeys
    surfaces: Surfaces
    oauth: OAuth | None = None
    pages: Sequence[Route] = ()
    """The pages where people decide something, such as approvals."""
    webhooks: ASGIApp | None = None
    """Receives the webhooks of Telnyx."""
    stores: Sequence[Store | Activity | Waiting] = ()
    """Closed after the app has ended, in reverse order."""
    beside: Sequence[Callable[[], AbstractAsyncContextManager[None]]] = ()
    """Background work, as context managers that the app enters at its start and leaves at its end."""
    closers: Sequence[Callable[[], None]] = ()
    """Called when the app is asked to end, to end what would go on, such as open subscriptions."""
    rates: RateOf = local_rate
    is_prepared: Callable[[], bool] = lambda: True
    """Whether requests can be served at all: not before the store has answered once. Stays true from then on."""
    is_away: Callable[[], bool] = lambda: False
    """Whether the store of calls does not answer."""
    meter: Meter = UNMEASURED


def build_app(parts: Parts) -> Starlette:
    """Build the app, with every layer between the socket and the handlers."""
    oauth, kept = parts.oauth, KeptBytes()
    transport = _Transport(parts)
    streams = OpenStreams(transport.endpoint)
    public = [
        *discovery_routes(parts.settings, parts.surfaces),
        *page_routes(parts.settings, parts.surfaces),
        *health_routes(lambda: parts.is_prepared() and streams.accepting()),
        *(oauth.documents if oauth is not None else ()),
    ]
    not_found = NotFound(parts.settings.url)
    for_people = [*public, *(oauth.pages if oauth is not None else ()), *parts.pages, Route("/", not_found)]
    endpoints = _endpoints(parts, streams, kept)
    routes = Router(for_people, redirect_slashes=False, default=not_found)
    app = Starlette(
        lifespan=_lifespan(parts, transport, streams),
        routes=[*endpoints, Mount("", BodyLimits(routes, MAX_PAGE_BYTES, kept))],
        middleware=[
            Middleware(LastAnswers, accepting=streams.accepting),
            *_middleware(parts, routes=(*endpoints, *for_people), public=public),
        ],
    )
    app.router.redirect_slashes = False
    return app


class _Transport:
    """Streamable HTTP, as the session managers of the SDK serve it."""

    def __init__(self, parts: Parts) -> None:
        server, most, keeps_sessions = parts.server, parts.settings.max_body_bytes, parts.settings.keeps_sessions
        self._manager = (
            Sessions(server, most)
            if keeps_sessions
            else StreamableHTTPSessionManager(server, stateless=True, max_request_body_size=most)
        )
        # A session manager of the SDK answers either with JSON or with event streams, so there are two.
        self._plain = StreamableHTTPSessionManager(
            server, stateless=True, json_response=True, max_request_body_size=most
        )
        replies = JsonReplies(
            StreamableHTTPASGIApp(self._manager),
            ReadyListings(StreamableHTTPASGIApp(self._plain)),
            parts.surfaces.registry,
        )
        endpoint: ASGIApp = MediaTypes(Handshake(replies))
        self.endpoint = endpoint if keeps_sessions else _PostOnly(endpoint)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        async with self._manager.run(), self._plain.run():
            yield


def _endpoints(parts: Parts, streams: OpenStreams, kept: KeptBytes) -> list[Route]:
    """The routes for programs: MCP, the list of apps, webhooks."""
    guarded = _guarding(parts, kept)
    resource_server = parts.oauth.resource_server if parts.oauth is not None else None
    called = StepUp(streams, resource_server) if resource_server is not None else streams
    mcp = guarded(SelectSurface(RefuseWhileStoreAway(called, parts.is_away), parts.surfaces))
    routes = [
        Route("/mcp", mcp),
        Route("/v2/mcp", mcp),
        Route("/v2/mcp/apps/{slug}/mcp", mcp),
        Route("/v2/mcp/apps", guarded(apps_response(parts.settings, parts.surfaces)), methods=["GET"]),
    ]
    if parts.webhooks is not None:
        routes.append(Route(PATH, BodyLimits(parts.webhooks, MAX_BYTES, kept, max_secs=MAX_SECS)))
    return routes


def _guarding(parts: Parts, kept: KeptBytes) -> Callable[[ASGIApp], ASGIApp]:
    """Make the function that puts an app behind authentication and the limits on each caller."""
    settings = parts.settings
    requests = parts.rates("requests", settings.rate_limit_per_minute)
    logins = parts.rates("logins", FAILED_LOGINS_PER_MINUTE)
    resource_server = parts.oauth.resource_server if parts.oauth is not None else None

    def guarded(app: ASGIApp) -> ASGIApp:
        # CORS is outermost, so that web pages can read refusals too. The limits are inside Authenticate, which knows
        # the caller. A body is only read once its request has a slot (InFlight).
        placed = InFlight(BodyLimits(app, settings.max_body_bytes, kept, json=True), meter=parts.meter)
        limited = RateLimit(placed, requests, settings.rate_limit_per_minute)
        return CORSMiddleware(
            Authenticate(limited, parts.keys, logins, resource_server),
            allow_origin_regex=".+",  # Hosts has already refused origins that are not allowed
            allow_methods=["GET", "POST", "DELETE"],
            allow_headers=["*"],
            expose_headers=["Mcp-Session-Id", "Retry-After", "WWW-Authenticate", "X-Request-Id"],
        )

    return guarded


def _middleware(parts: Parts, *, routes: Iterable[Route], public: Iterable[Route]) -> list[Middleware]:
    """The middleware around all routes, outermost first. Routes in `public` answer at any host, except that of `/`."""
    settings = parts.settings
    return [
        Middleware(Edge, meter=parts.meter, routes=[route.path for route in routes]),
        *_traced(),
        *([Middleware(ClientAddress, trusted=settings.trusted_proxies)] if settings.trusted_proxies else ()),
        Middleware(
            Hosts,
            public_url=settings.public_url,
            allowed_hosts=settings.allowed_hosts,
            allowed_origins=settings.allowed_origins,
            exempt=[route.path for route in public if route.path != "/"],
        ),
    ]


def _traced() -> list[Middleware]:
    """What puts requests into their callers' traces, if traces are on."""
    if not caller_trace.is_on():
        return []
    from telnyx_remote_mcp.http.traced import Traced

    return [Middleware(Traced)]


def _lifespan(
    parts: Parts, transport: _Transport, streams: OpenStreams
) -> Callable[[Starlette], AbstractAsyncContextManager[None]]:
    """What begins and ends with the app."""

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            stack.push_async_callback(asyncio.to_thread, parts.meter.close)
            for store in parts.stores:  # closed last: ending requests may still write to them
                await stack.enter_async_context(aclosing(store))
            await stack.enter_async_context(parts.api)
            parts.api.open()
            await stack.enter_async_context(transport.running())
            for each in parts.beside:
                await stack.enter_async_context(each())
            with on_termination(streams.close, *parts.closers, drain_secs=parts.settings.drain_secs):
                yield

    return lifespan


class _PostOnly:
    """Answers 405 to GET and DELETE: without sessions there is nothing to stream and nothing to end."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] == "POST":
            await self.app(scope, receive, send)
        else:
            await Response(status_code=405, headers={"Allow": "POST"})(scope, receive, send)
