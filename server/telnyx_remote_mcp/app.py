"""The ASGI app: its routes and the order of the middleware."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, aclosing, asynccontextmanager
from typing import TYPE_CHECKING, Any

from mcp.server import Server
from mcp.server.streamable_http_manager import StreamableHTTPASGIApp, StreamableHTTPSessionManager
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response
from starlette.routing import Mount, Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from telnyx_remote_mcp.auth.api_keys import ApiKeys
from telnyx_remote_mcp.buckets import RateOf, local_rate
from telnyx_remote_mcp.discovery.routes import apps_response, discovery_routes
from telnyx_remote_mcp.events.receiver import MAX_BYTES, MAX_SECS, PATH
from telnyx_remote_mcp.gate.authenticate import Authenticate
from telnyx_remote_mcp.gate.handshake import Handshake
from telnyx_remote_mcp.gate.json_replies import JsonReplies
from telnyx_remote_mcp.gate.limits import InFlight, RateLimit
from telnyx_remote_mcp.gate.ready_listings import ReadyListings
from telnyx_remote_mcp.gate.remembering import Remembering
from telnyx_remote_mcp.gate.select_surface import SelectSurface
from telnyx_remote_mcp.gate.sessions import Sessions
from telnyx_remote_mcp.gate.step_up import StepUp
from telnyx_remote_mcp.http.bodies import BodyLimits, KeptBytes
from telnyx_remote_mcp.http.client_address import ClientAddress
from telnyx_remote_mcp.http.edge import Edge
from telnyx_remote_mcp.http.health import health_routes
from telnyx_remote_mcp.http.hosts import Hosts
from telnyx_remote_mcp.http.media_types import MediaTypes
from telnyx_remote_mcp.http.not_found import NotFound
from telnyx_remote_mcp.http.open_streams import OpenStreams
from telnyx_remote_mcp.http.signals import on_termination
from telnyx_remote_mcp.settings import Settings
from telnyx_remote_mcp.store.base import Store
from telnyx_remote_mcp.surface.surfaces import Surfaces
from telnyx_remote_mcp.telemetry.meter import UNMEASURED, Meter
from telnyx_remote_mcp.web.page import page_routes
from telnyx_tools.api.client import Api

if TYPE_CHECKING:
    from telnyx_remote_mcp.auth.oauth import OAuth

FAILED_LOGINS_PER_MINUTE = 30
MAX_PAGE_BYTES = 65_536
"""The largest body that anybody may send without a credential: a form, or the registration of a client."""


def build_app(
    settings: Settings,
    server: Server[Any],
    api: Api,
    keys: ApiKeys,
    surfaces: Surfaces,
    oauth: OAuth | None = None,
    stores: Sequence[Store] = (),
    pages: Sequence[Route] = (),
    webhooks: ASGIApp | None = None,
    closers: Sequence[Callable[[], None]] = (),
    rates: RateOf = local_rate,
    is_away: Callable[[], bool] = lambda: False,
    beside: Sequence[Callable[[], AbstractAsyncContextManager[None]]] = (),
    meter: Meter = UNMEASURED,
) -> Starlette:
    """Every layer between the socket and the handlers of `server`; `pages` are for people who decide something, and
    `webhooks` are taken by the app of that name.

    The app closes the stores when it ends; `is_away` tells whether what calls are remembered in does not answer.
    `closers` are called when it is asked to end: they end subscriptions. What goes on `beside` the requests begins and
    ends with the app.
    """
    resource_server = oauth.resource_server if oauth is not None else None
    manager = (
        Sessions(server, settings.max_body_bytes)
        if settings.keeps_sessions
        else StreamableHTTPSessionManager(server, stateless=True, max_request_body_size=settings.max_body_bytes)
    )
    # Whether answers are JSON is a setting of a whole manager of the SDK, so there are two.
    plain = StreamableHTTPSessionManager(
        server, stateless=True, json_response=True, max_request_body_size=settings.max_body_bytes
    )
    replies = JsonReplies(
        StreamableHTTPASGIApp(manager), ReadyListings(StreamableHTTPASGIApp(plain)), surfaces.registry
    )
    endpoint: ASGIApp = MediaTypes(Handshake(replies))
    streams = OpenStreams(endpoint if settings.keeps_sessions else _PostOnly(endpoint))
    kept = KeptBytes()
    requests, logins = rates("requests", settings.rate_limit_per_minute), rates("logins", FAILED_LOGINS_PER_MINUTE)

    def guarded(app: ASGIApp) -> ASGIApp:
        # CORS outside, so that pages can read refusals too. Limits inside of Authenticate, which knows whose they are;
        # a body is read only once its request has a place.
        return CORSMiddleware(
            Authenticate(
                RateLimit(
                    InFlight(BodyLimits(app, settings.max_body_bytes, kept, json=True), meter=meter),
                    requests,
                    settings.rate_limit_per_minute,
                ),
                keys,
                logins,
                resource_server,
            ),
            allow_origin_regex=".+",  # Hosts has refused the others
            allow_methods=["GET", "POST", "DELETE"],
            allow_headers=["*"],
            expose_headers=["Mcp-Session-Id", "Retry-After", "WWW-Authenticate", "X-Request-Id"],
        )

    called = StepUp(streams, resource_server) if resource_server is not None else streams
    mcp = guarded(SelectSurface(Remembering(called, is_away), surfaces))
    public = [
        *discovery_routes(settings, surfaces),
        *page_routes(settings, surfaces),
        *health_routes(streams.accepting),
        *(oauth.documents if oauth is not None else ()),
    ]

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            for store in stores:  # closed last: requests that end may still write to them
                await stack.enter_async_context(aclosing(store))
            await stack.enter_async_context(api)
            await stack.enter_async_context(manager.run())
            await stack.enter_async_context(plain.run())
            if oauth is not None:
                await oauth.upkeep.begin()
            for each in beside:
                await stack.enter_async_context(each())
            with on_termination(streams.close, *closers, drain_secs=settings.drain_secs):
                yield

    not_found = NotFound(settings.url)
    for_people = [*public, *(oauth.pages if oauth is not None else ()), *pages, Route("/", not_found)]
    routes = Router(for_people, redirect_slashes=False, default=not_found)
    endpoints = [
        Route("/mcp", mcp),
        Route("/v2/mcp", mcp),
        Route("/v2/mcp/apps/{slug}/mcp", mcp),
        Route("/v2/mcp/apps", guarded(apps_response(settings, surfaces)), methods=["GET"]),
        *([Route(PATH, BodyLimits(webhooks, MAX_BYTES, kept, max_secs=MAX_SECS))] if webhooks is not None else ()),
    ]
    app = Starlette(
        lifespan=lifespan,
        routes=[*endpoints, Mount("", BodyLimits(routes, MAX_PAGE_BYTES, kept))],
        middleware=[
            Middleware(Edge, meter=meter, routes=[route.path for route in (*endpoints, *for_people)]),
            *([Middleware(ClientAddress, trusted=settings.trusted_proxies)] if settings.trusted_proxies else ()),
            Middleware(
                Hosts,
                public_url=settings.public_url,
                allowed_hosts=settings.allowed_hosts,
                allowed_origins=settings.allowed_origins,
                exempt=[route.path for route in public if route.path != "/"],
            ),
        ],
    )
    app.router.redirect_slashes = False
    return app


class _PostOnly:
    """Without sessions there is nothing to stream and nothing to end: GET and DELETE are 405."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] == "POST":
            await self.app(scope, receive, send)
        else:
            await Response(status_code=405, headers={"Allow": "POST"})(scope, receive, send)
