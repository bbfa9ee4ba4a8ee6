"""The endpoints of the authorization server over HTTP."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Final
from urllib.parse import parse_qsl, quote

from authlib.oauth2.rfc6749 import OAuth2Error
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from telnyx_remote_mcp.auth.authorization_server.error_texts import described
from telnyx_remote_mcp.auth.authorization_server.metadata import (
    AUTHORIZE,
    JWKS,
    METADATA,
    REGISTER,
    REVOKE,
    TOKEN,
)
from telnyx_remote_mcp.auth.authorization_server.requests import Answer, Parameters
from telnyx_remote_mcp.auth.authorization_server.server import AuthorizationServer
from telnyx_remote_mcp.buckets import Rate
from telnyx_remote_mcp.http.client_address import budget_address
from telnyx_remote_mcp.http.document import Document
from telnyx_remote_mcp.http.edge import RequestInfo
from telnyx_remote_mcp.http.refusal import Refusal, retry_after
from telnyx_remote_mcp.store.base import StoreUnavailable
from telnyx_remote_mcp.store.rates import Rates

LINK: Final = "/link"
"""The page where a person decides."""

REQUESTS_PER_MINUTE: Final = 120
REGISTRATIONS_PER_MINUTE: Final = 10
ALL_REGISTRATIONS_PER_MINUTE: Final = 120
MAX_METADATA_BYTES: Final = 16_384

_NO_STORE: Final = {"Cache-Control": "no-store", "Pragma": "no-cache", "X-Content-Type-Options": "nosniff"}
Problem = Callable[[int, str, str, Mapping[str, str]], Response]
"""A page that tells a person what went wrong: status, title, one or two sentences, and headers."""
Handler = Callable[[Request], Awaitable[Response]]


def authorization_endpoint(server: AuthorizationServer, problem: Problem, rates: Rates, base_path: str = "") -> Route:
    """The authorization endpoint, to which clients send browsers; redirects to the linking page, below `base_path`."""
    requests = rates("authorize", REQUESTS_PER_MINUTE)

    async def authorize(request: Request) -> Response:
        try:
            await limit(requests, request)
            decided = await server.authorize(_parameters(request.url.query.encode()))
        except OAuth2Error as error:
            text = f"{described(error)} Go back to the application and connect again."
            return problem(400, "This sign-in cannot go on", text, {})
        except Refusal as refusal:
            return problem(refusal.status, "Not now", refusal.description, refusal.headers)
        except StoreUnavailable:
            return problem(503, "Not now", _UNAVAILABLE, retry_after(5))
        if isinstance(decided, Answer):
            return _response(decided)
        return RedirectResponse(f"{base_path}{LINK}?request={quote(decided.id)}", 302, headers=_NO_STORE)

    return Route(AUTHORIZE, authorize, methods=["GET"])


def authorization_routes(
    server: AuthorizationServer, metadata: Mapping[str, object], rates: Rates, base_path: str = ""
) -> list[Route]:
    """The endpoints for clients, scripts of any origin included, and the metadata that names them.

    With a `base_path`, clients look for the metadata where it follows the well-known path (RFC 8414, 3.1).
    """
    refused, revocations = rates("token", REQUESTS_PER_MINUTE), rates("revoke", REQUESTS_PER_MINUTE)
    registrations = Registrations(rates)

    async def token(request: Request) -> Response:
        address = budget_address(request.scope)
        if wait := await refused.wait(address):
            raise _too_many(wait, request)
        answer = await server.token(await _form(request), request.headers)
        # Only failures count: hosted clients ask for thousands of people from a few addresses.
        if answer.status != 200:
            await refused.take(address)
        return _response(answer)

    async def revoke(request: Request) -> Response:
        await limit(revocations, request)
        return _response(await server.revoke(await _form(request), request.headers))

    async def register(request: Request) -> Response:
        await registrations.take(request)
        return _response(await server.register(await _document(request)))

    async def jwks(_: Request) -> Response:
        keys = (await server.keys()).as_dict(private=False)
        return JSONResponse(keys, headers={"Cache-Control": "public, max-age=300"})

    return [
        *(
            Document("application/json", partial(document, metadata)).route(path + below)
            for path, document in METADATA.items()
            for below in dict.fromkeys(("", base_path))
        ),
        Route(TOKEN, _Scripted(token, "POST")),
        Route(REVOKE, _Scripted(revoke, "POST")),
        Route(REGISTER, _Scripted(register, "POST")),
        Route(JWKS, _Scripted(jwks, "GET")),
    ]


class Registrations:
    """Limits how many clients are registered, from one address and overall."""

    def __init__(self, rates: Rates) -> None:
        self._by_address = rates("registrations-of-address", REGISTRATIONS_PER_MINUTE)
        self._overall = rates("registrations", ALL_REGISTRATIONS_PER_MINUTE)

    async def take(self, request: Request) -> None:
        """Count one registration. Raises the 429 that says how long to wait."""
        await limit(self._by_address, request)
        if wait := await self._overall.take(""):
            raise _too_many(wait, request)


async def limit(rate: Rate, request: Request) -> None:
    """Count one request of its address. Raises the 429 that says how long to wait."""
    if wait := await rate.take(budget_address(request.scope)):
        raise _too_many(wait, request)


class _Scripted:
    """An endpoint for programs, with CORS for those in browsers; its refusals and failures are JSON."""

    def __init__(self, handler: Handler, method: str) -> None:
        self._handler = handler
        self._method = method
        self._app = CORSMiddleware(self._answer, allow_origins=["*"], allow_methods=[method], allow_headers=["*"])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        response: Response | Refusal
        try:
            if scope["method"] != self._method:
                raise Refusal(405, "invalid_request", f"Use {self._method}.", {"Allow": self._method})
            response = await self._handler(Request(scope, receive))
        except Refusal as refusal:
            response = refusal
        except StoreUnavailable:
            response = Refusal(503, "temporarily_unavailable", _UNAVAILABLE, retry_after(5))
        await response(scope, receive, send)


_UNAVAILABLE: Final = "The server cannot reach its storage; try again in a moment."


def _too_many(wait: float, request: Request) -> Refusal:
    RequestInfo.of(request.scope).address = budget_address(request.scope)
    return Refusal(429, "slow_down", "Too many requests; wait as long as Retry-After says.", retry_after(wait))


async def _form(request: Request) -> Parameters:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise Refusal(400, "invalid_request", "Send a form: Content-Type application/x-www-form-urlencoded.")
    return _parameters(await request.body())


async def _document(request: Request) -> object:
    body = await request.body()
    try:
        if len(body) > MAX_METADATA_BYTES:
            raise Refusal(413, "invalid_client_metadata", f"Send at most {MAX_METADATA_BYTES} bytes.")
        document: object = json.loads(body)
    except (ValueError, RecursionError):
        raise Refusal(400, "invalid_client_metadata", "The body is not JSON.") from None
    return document


def _parameters(text: bytes) -> Parameters:
    """The parameters of a query or form; one without a value counts as not sent (RFC 6749, 3.1)."""
    try:
        pairs = parse_qsl(text.decode("ascii"), max_num_fields=50)
    except ValueError:
        raise Refusal(400, "invalid_request", "The parameters are not form-encoded.") from None
    return tuple(pairs)


def _response(answer: Answer) -> Response:
    headers = {**_NO_STORE, **answer.headers}
    if answer.location is not None:
        return Response(status_code=answer.status, headers=headers)
    headers.pop("Content-Type", None)
    return JSONResponse(answer.body, answer.status, headers)
