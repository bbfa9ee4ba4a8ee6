"""The authorization server: its interface to the rest of the project."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence

from anyio import from_thread, to_thread
from authlib.oauth2.rfc6749 import InvalidClientError, OAuth2Error
from joserfc.jwk import KeySet

from telnyx_remote_mcp.auth.authorization_server import redirects
from telnyx_remote_mcp.auth.authorization_server.clients import Client
from telnyx_remote_mcp.auth.authorization_server.error_texts import OwnText
from telnyx_remote_mcp.auth.authorization_server.flows import S256, CodeFlow, RefreshFlow, Revocation
from telnyx_remote_mcp.auth.authorization_server.metadata import AUTHORIZE, REGISTER, REVOKE, TOKEN
from telnyx_remote_mcp.auth.authorization_server.pending import AskingClient, Gone, Pending, PendingRequests
from telnyx_remote_mcp.auth.authorization_server.protocol import Protocol
from telnyx_remote_mcp.auth.authorization_server.registration import Registration
from telnyx_remote_mcp.auth.authorization_server.requests import Answer, OAuthRequest, Parameters, RegistrationRequest
from telnyx_remote_mcp.auth.grant import Grant


class AuthorizationServer:
    """Takes the requests of clients, has people decide about them, and issues tokens.

    `scopes` are the ones for clients that ask for none. `ready` migrates the store, and is awaited before the store is
    read. Methods raise StoreUnavailable where the store does not answer.
    """

    def __init__(
        self, protocol: Protocol, pending: PendingRequests, scopes: Sequence[str], ready: Callable[[], Awaitable[None]]
    ) -> None:
        self._ready = ready
        self._protocol = protocol
        self._pending = pending
        self._scopes = tuple(scopes)
        protocol.register_grant(CodeFlow, [S256()])
        protocol.register_grant(RefreshFlow)
        protocol.register_endpoint(Revocation)
        protocol.register_endpoint(Registration(protocol))  # type: ignore[arg-type]  # has the methods of an Endpoint

    async def authorize(self, parameters: Parameters) -> Pending | Answer:
        """Store a valid request, for a person to decide; else return the redirect with the error for the client.

        Raises OAuth2Error where the browser must not be redirected, as when the client or its redirect URI is not
        known: the person is to read it.
        """
        await self._resolve(parameters)
        return await to_thread.run_sync(self._authorize, parameters)

    async def pending(self, request_id: str) -> Pending | None:
        """The pending request with this id."""
        return await self._pending.get(request_id)

    async def approve(self, request_id: str, grant: Grant) -> str:
        """Answer the request with a code for this grant; returns the URL for the browser. Raises Gone."""
        return await self._decide(request_id, grant)

    async def deny(self, request_id: str) -> str:
        """Answer the request with the person's refusal; returns the URL for the browser. Raises Gone."""
        return await self._decide(request_id, None)

    async def token(self, parameters: Parameters, headers: Mapping[str, str]) -> Answer:
        """The answer of the token endpoint."""
        return await self._answered(TOKEN, self._protocol.with_known_scopes(parameters), headers, self._token)

    async def revoke(self, parameters: Parameters, headers: Mapping[str, str]) -> Answer:
        """The answer of the revocation endpoint (RFC 7009)."""
        return await self._answered(REVOKE, parameters, headers, self._revoke)

    async def register(self, document: object) -> Answer:
        """The answer of the registration endpoint (RFC 7591) to a JSON body."""
        return await to_thread.run_sync(self._register, document)

    async def keys(self) -> KeySet:
        """The keys that verify access tokens."""
        return await self._protocol.keys.published()

    def _authorize(self, parameters: Parameters) -> Pending | Answer:
        parameters = self._protocol.with_known_scopes(parameters)
        request = OAuthRequest("GET", self._protocol.issuer + AUTHORIZE, parameters, {})
        try:
            flow = self._protocol.get_consent_grant(request)
        except OAuth2Error as error:
            if not error.redirect_uri or not redirects.may_follow_at_once(error.redirect_uri):
                raise
            return self._with_issuer(self._protocol.refused(error))
        asked = set((request.payload.scope or "").split())
        return from_thread.run(
            self._pending.add,
            _asking(flow.client, flow.redirect_uri),
            tuple(sorted(asked)) or self._scopes,
            self._protocol.resource(request.payload.data.get("resource")),
            parameters,
        )

    async def _decide(self, request_id: str, grant: Grant | None) -> str:
        pending = await self._pending.take(request_id)
        if pending is None:
            raise Gone
        return await to_thread.run_sync(self._decided, pending.parameters, grant)

    def _decided(self, parameters: Parameters, grant: Grant | None) -> str:
        request = OAuthRequest("GET", self._protocol.issuer + AUTHORIZE, parameters, {})
        try:
            flow = self._protocol.get_consent_grant(request)
        except OAuth2Error:
            raise Gone from None
        answer = self._protocol.create_authorization_response(request, grant_user=grant, grant=flow)
        if not isinstance(answer, Answer) or answer.location is None:
            raise Gone
        return answer.location

    def _token(self, request: OAuthRequest) -> Answer:
        return self._protocol.create_token_response(request)

    def _revoke(self, request: OAuthRequest) -> Answer:
        answer: Answer = self._protocol.create_endpoint_response(Revocation.ENDPOINT_NAME, request)
        return answer

    def _register(self, document: object) -> Answer:
        request = RegistrationRequest(self._protocol.issuer + REGISTER, document)
        answer: Answer = self._protocol.create_endpoint_response(Registration.ENDPOINT_NAME, request)
        return answer

    async def _resolve(self, parameters: Parameters) -> None:
        """Fetch the client's document where that is due. Done here, because a worker thread must not wait for it."""
        await self._ready()
        client_id = dict(parameters).get("client_id")
        if client_id is not None:
            await self._protocol.clients.find(client_id)

    async def _answered(
        self, path: str, parameters: Parameters, headers: Mapping[str, str], respond: Callable[[OAuthRequest], Answer]
    ) -> Answer:
        try:
            await self._resolve(parameters)
            request = OAuthRequest("POST", self._protocol.issuer + path, parameters, headers)
            return await to_thread.run_sync(respond, request)
        except OAuth2Error as error:
            return self._protocol.refused(error)
        except UnicodeDecodeError:  # of the Authorization header
            return self._protocol.refused(
                InvalidClientError(OwnText("The client's credentials are not UTF-8."), status_code=401)
            )

    def _with_issuer(self, answer: Answer) -> Answer:
        self._protocol.execute_hook("after_create_authorization_response", answer)
        return answer


def _asking(client: Client, redirect_uri: str) -> AskingClient:
    host = redirects.host(redirect_uri)
    return AskingClient(
        id=client.client_id,
        name=client.name or host,
        host=host,
        verified=client.vouches_for(redirect_uri),
        on_this_machine=redirects.is_loopback(redirect_uri) or redirects.is_private_use(redirect_uri),
        redirect_uri=redirect_uri,
    )
