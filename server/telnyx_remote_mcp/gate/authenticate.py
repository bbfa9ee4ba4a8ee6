"""Authentication in front of every MCP endpoint: no request passes without a verified caller."""

import re
from typing import Final
from urllib.parse import unquote_to_bytes

from starlette.types import ASGIApp, Receive, Scope, Send

from telnyx_remote_mcp.auth import challenges
from telnyx_remote_mcp.auth.api_keys import ApiKeys
from telnyx_remote_mcp.auth.identity import Identity
from telnyx_remote_mcp.auth.resource_server import ResourceServer
from telnyx_remote_mcp.buckets import Rate
from telnyx_remote_mcp.gate.grant_lifetime import EndsWithGrant
from telnyx_remote_mcp.http.client_address import budget_address
from telnyx_remote_mcp.http.edge import RequestInfo
from telnyx_remote_mcp.http.refusal import Refusal

_KEY: Final = re.compile(rb"KEY[\x21-\x7e]{1,509}")
_TOKEN: Final = re.compile(rb"(?=.{1,4096}$)[\w-]+\.[\w-]+\.[\w-]+")
_BEARER: Final = re.compile(rb"bearer(?:[ \t]+|$)", re.IGNORECASE)
_IN_QUERY: Final = re.compile(
    rb"(?:^|[&;])(?i:(?:x-)?(?:telnyx[_-])?api[_-]?key|key|(?:access[_-]?)?token|authorization)="
    rb"|KEY[\w-]{8,}"
)


class Authenticate:
    """Puts the verified caller into the scope, or answers 401, 400, 429 or 503 itself.

    `Caller.of(scope)` is the caller; `scope["user"]` is the same principal for the SDK's sessions.
    `failures` is a rate limit by address: each refused credential counts, valid ones do not. Nor do tokens of this
    server that expired or were revoked: their clients need the 401 to get new ones. An address that has used it up may
    use only keys that are known to be genuine. With a `resource_server`, access tokens are accepted as well as keys,
    and a 401 says where to get one.
    """

    def __init__(
        self,
        app: ASGIApp,
        api_keys: ApiKeys,
        failures: Rate,
        resource_server: ResourceServer | None = None,
    ) -> None:
        self.app = app if resource_server is None else EndsWithGrant(app, resource_server)
        self._api_keys = api_keys
        self._failures = failures
        self._resource_server = resource_server

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            try:
                identity = await self._identify(scope)
            except Refusal as refusal:
                await self._with_sign_in(refusal, scope)(scope, receive, send)
                return
            identity.caller.enter(scope)
            RequestInfo.of(scope).principal = identity.caller.principal
            scope["user"] = identity.user
        await self.app(scope, receive, send)

    async def _identify(self, scope: Scope) -> Identity:
        credential = presented(scope)
        if credential is None:
            raise challenges.missing()
        key = credential.decode() if _KEY.fullmatch(credential) else None
        if key is None and self._resource_server is not None and _TOKEN.fullmatch(credential):
            return await self._verify_token(self._resource_server, credential.decode(), scope)
        identity = await self._api_keys.known(key) if key else None
        return identity or await self._verify(key, scope)

    async def _verify(self, key: str | None, scope: Scope) -> Identity:
        address = budget_address(scope)
        try:
            if wait := await self._failures.wait(address):
                raise challenges.throttled(wait)
            if key is None:
                raise challenges.malformed()
            return await self._api_keys.verify(key, address)
        except Refusal as refusal:
            if refusal.status == 401:
                await self._failures.take(address)
            if refusal.status in (401, 429):
                RequestInfo.of(scope).address = address
            raise

    async def _verify_token(self, server: ResourceServer, token: str, scope: Scope) -> Identity:
        try:
            return await server.identify(token, scope["path"])
        except challenges.ForeignToken:  # others are old: hosted clients come with thousands from a few addresses
            RequestInfo.of(scope).address = address = budget_address(scope)
            if wait := await self._failures.take(address):
                raise challenges.throttled(wait) from None
            raise

    def _with_sign_in(self, refusal: Refusal, scope: Scope) -> Refusal:
        if self._resource_server is None or not isinstance(refusal, challenges.Unauthorized):
            return refusal
        return self._resource_server.with_sign_in(refusal, scope["path"])


def presented(scope: Scope) -> bytes | None:
    """The one credential of a request, from whichever header.

    Raises the 400 for several different ones, and for one in the query.
    """
    query = scope["query_string"]
    if query and _IN_QUERY.search(unquote_to_bytes(query)):
        raise challenges.in_query()
    credentials = set()
    for name, value in scope["headers"]:
        if name == b"authorization":
            credentials.add(_BEARER.sub(b"", value.strip(b" \t"), count=1))
        elif name == b"x-telnyx-api-key":
            credentials.add(value.strip(b" \t"))
    if len(credentials) > 1:
        raise challenges.conflicting()
    return credentials.pop() if credentials else None
