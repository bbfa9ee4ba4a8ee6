"""OAuth 2.1 with Authlib: which requests are valid, and what is answered.

Authlib is synchronous, so this runs in a worker thread. Calls to the store are asynchronous, and run in the event loop
that started the thread.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import TYPE_CHECKING

from anyio import from_thread
from authlib.oauth2.rfc6749 import (
    AuthorizationServer,
    ClientMixin,
    InvalidClientError,
    OAuth2Error,
    OAuth2Request,
    UnsupportedResponseTypeError,
)
from authlib.oauth2.rfc6749.grants import BaseGrant
from authlib.oauth2.rfc6750 import BearerTokenGenerator
from authlib.oauth2.rfc9207 import IssuerParameter

from telnyx_remote_mcp.auth.authorization_server.access_token import ACCESS_SECS, Access, signed
from telnyx_remote_mcp.auth.authorization_server.clients import Client, Clients
from telnyx_remote_mcp.auth.authorization_server.codes import Codes
from telnyx_remote_mcp.auth.authorization_server.error_texts import OwnText, reworded
from telnyx_remote_mcp.auth.authorization_server.keys import SigningKeys
from telnyx_remote_mcp.auth.authorization_server.refresh_tokens import RefreshToken, RefreshTokens
from telnyx_remote_mcp.auth.authorization_server.requests import Answer, Parameters
from telnyx_remote_mcp.auth.grants import Grants
from telnyx_remote_mcp.auth.resources import Resources
from telnyx_remote_mcp.auth.scopes import Scopes

if TYPE_CHECKING:
    from authlib.oauth2.rfc6749 import JsonRequest

# Below this level Authlib logs whole tokens when it issues them.
logging.getLogger("authlib").setLevel(logging.WARNING)


class InvalidTarget(OAuth2Error):
    """The resource that was asked for is not one of this server's (RFC 8707, 2)."""

    error = "invalid_target"


class Protocol(AuthorizationServer):
    """Authlib's server over this project's storage."""

    def __init__(
        self,
        issuer: str,
        scopes: Scopes,
        resources: Resources,
        clients: Clients,
        codes: Codes,
        refresh_tokens: RefreshTokens,
        keys: SigningKeys,
        grants: Grants,
        *,
        access_secs: int = ACCESS_SECS,
    ) -> None:
        super().__init__()
        self.access_secs = access_secs
        self.scopes = scopes
        self.issuer = issuer
        self.resources = resources
        self.clients = clients
        self.codes = codes
        self.refresh_tokens = refresh_tokens
        self.keys = keys
        self.grants = grants
        generator = BearerTokenGenerator(self._access_token, self._refresh_token, lambda client, grant: access_secs)
        self.register_token_generator("default", generator)
        self.register_extension(lambda server: _Issuer(server, issuer))

    def query_client(self, client_id: str) -> Client:
        """The client. Its document has been fetched before the thread was started."""
        client = from_thread.run(self.clients.known, client_id)
        if client is None:
            raise InvalidClientError(OwnText("There is no such client here: register again."))
        return client

    def save_token(self, token: dict[str, str | int], request: OAuth2Request) -> None:
        """Store the client that got tokens for a code. An access token is not stored; a refresh token is already."""
        if isinstance(request.client, Client) and request.form.get("grant_type") == "authorization_code":
            from_thread.run(self.clients.keep, request.client)

    def validate_requested_scope(self, scope: str | None) -> None:
        """Accept any scope: `with_known_scopes` has dropped those that do not exist here."""

    def with_known_scopes(self, parameters: Parameters) -> Parameters:
        """The parameters of a request without the scopes that do not exist here.

        Clients add scopes that other servers need (`openid`, `offline_access`, `read`); the answer names the granted
        ones.
        """
        return tuple((name, value) for name, value in map(self._with_known_scopes, parameters) if value)

    def _with_known_scopes(self, parameter: tuple[str, str]) -> tuple[str, str]:
        name, value = parameter
        if name != "scope":
            return parameter
        return name, " ".join(scope for scope in value.split() if scope in self.scopes.grantable)

    def resource(self, asked: str | None, granted: str | None = None) -> str:
        """The resource that a token is for: the one asked for, which has to be within the granted one. Where none is
        asked for, the granted one, or the whole server. Raises InvalidTarget."""
        if asked is None:
            return granted or self.resources.base_url
        found = self.resources.identify(asked)
        if found is None or granted not in (None, found, self.resources.base_url):
            raise InvalidTarget
        return found

    def get_authorization_grant(self, request: OAuth2Request) -> BaseGrant:
        """The flow for a request. For an unknown response type Authlib's own error fails if that is not plain ASCII."""
        try:
            grant: BaseGrant = super().get_authorization_grant(request)
        except ValueError:
            raise UnsupportedResponseTypeError("other") from None
        return grant

    def create_oauth2_request(self, request: OAuth2Request) -> OAuth2Request:
        return request

    def create_json_request(self, request: JsonRequest) -> JsonRequest:
        return request

    def handle_response(self, status: int, body: object, headers: Iterable[tuple[str, str]]) -> Answer:  # type: ignore[override]  # the stubs take the list of pairs for a mapping
        return Answer.of(status, body, headers)

    def refused(self, error: OAuth2Error) -> Answer:
        """The answer to a request that failed with this error."""
        return self.handle_response(*reworded(error)())

    def handle_error_response(self, request: object, error: OAuth2Error) -> Answer:
        return self.refused(error)

    def send_signal(self, name: str, *args: object, **kwargs: object) -> None:
        """Nothing to do: nobody listens to Authlib's signals."""

    def create_token_response(self, request: object = None) -> Answer:  # type: ignore[override]  # the stubs forget that handle_response makes the answer
        answer: Answer = super().create_token_response(request)  # type: ignore[assignment]  # likewise
        return answer

    def _access_token(self, client: ClientMixin, grant_type: str, user: Access, scope: str) -> str:
        key = from_thread.run(self.keys.current)
        return signed(key, self.issuer, user, client.get_client_id(), scope, self.access_secs)

    def _refresh_token(self, client: ClientMixin, grant_type: str, user: Access, scope: str) -> str:
        token = RefreshToken(user.grant_id, client.get_client_id(), scope, user.resource)
        return from_thread.run(self.refresh_tokens.issue, token)


class _Issuer(IssuerParameter):
    """Adds the issuer to every authorization response (RFC 9207)."""

    def __init__(self, server: Protocol, issuer: str) -> None:
        self._issuer = issuer
        self(server)

    def get_issuer(self) -> str:
        return self._issuer
