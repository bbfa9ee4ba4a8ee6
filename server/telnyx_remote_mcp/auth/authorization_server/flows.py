"""The grant types of the token endpoint, authorization code and refresh token, and the revocation of tokens."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import Any, Final, cast

from anyio import from_thread
from authlib.oauth2.rfc6749 import InvalidGrantError, InvalidRequestError, InvalidScopeError, OAuth2Error, OAuth2Request
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant, RefreshTokenGrant
from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc7636 import CodeChallenge, create_s256_code_challenge

from telnyx_remote_mcp.auth.authorization_server import access_token, codes, refresh_tokens
from telnyx_remote_mcp.auth.authorization_server.access_token import Access
from telnyx_remote_mcp.auth.authorization_server.clients import Client
from telnyx_remote_mcp.auth.authorization_server.error_texts import OwnText
from telnyx_remote_mcp.auth.authorization_server.protocol import Protocol
from telnyx_remote_mcp.auth.grant import Grant
from telnyx_remote_mcp.auth.scopes import is_granted, scope_for_client, within

LASTING_SECS: Final = refresh_tokens.REFRESH_SECS + 86_400
"""How long a grant lasts after its last refresh: a day longer than the refresh token that it got then."""
AUTH_METHODS: Final = ["none", "client_secret_basic", "client_secret_post"]


def _challenge_met(verifier: str, challenge: str) -> bool:
    return hmac.compare_digest(str(create_s256_code_challenge(verifier)), challenge)


class S256(CodeChallenge):
    """PKCE, required in every request, with S256 only."""

    def __init__(self) -> None:
        super().__init__(required=True)
        self.SUPPORTED_CODE_CHALLENGE_METHOD = ["S256"]
        self.CODE_CHALLENGE_METHODS = {"S256": _challenge_met}

    def validate_code_challenge(self, grant: Any, redirect_uri: str) -> None:
        asked = grant.request.payload.data
        if not asked.get("code_challenge") or asked.get("code_challenge_method") != "S256":
            raise InvalidRequestError(OwnText("PKCE is required: send code_challenge with code_challenge_method=S256."))
        super().validate_code_challenge(grant, redirect_uri)


class CodeFlow(AuthorizationCodeGrant):
    """The authorization code grant. A code is for one client, one redirect URI, one resource and one exchange; a second
    exchange ends the grant."""

    TOKEN_ENDPOINT_AUTH_METHODS = AUTH_METHODS
    server: Protocol

    @staticmethod
    def validate_authorization_redirect_uri(request: OAuth2Request, client: Any) -> str:
        asked = _parameters(request).get("redirect_uri")
        uri: str = asked or client.get_default_redirect_uri()
        if not uri or not client.check_redirect_uri(uri):
            raise InvalidRequestError(OwnText("The redirect_uri is none of those that the client registered."))
        return uri

    def validate_authorization_request(self) -> str:
        redirect_uri = super().validate_authorization_request()
        try:
            self.server.resource(_parameters(self.request).get("resource"))
        except OAuth2Error as error:
            error.redirect_uri = redirect_uri
            raise
        return redirect_uri

    def generate_authorization_code(self) -> str:
        """Create the code with `Codes`, which stores it at once."""
        asked = _parameters(self.request)
        grant = cast("Grant", self.request.user)
        code = codes.Code(
            grant_id=grant.id,
            client_id=grant.client_id,
            redirect_uri=asked.get("redirect_uri"),
            scope=scope_for_client(asked.get("scope", "").split(), grant.scopes),
            resource=self.server.resource(asked.get("resource")),
            code_challenge=asked["code_challenge"],
        )
        return from_thread.run(self.server.codes.issue, code)

    def save_authorization_code(self, code: str, request: OAuth2Request) -> None:
        """Nothing to do: it is stored already."""

    def query_authorization_code(self, code: str, client: Any) -> codes.Presented | None:
        presented = from_thread.run(self.server.codes.find, code)
        return presented if presented is not None and presented.code.client_id == client.client_id else None

    def authenticate_user(self, authorization_code: codes.Presented) -> Access:
        """Spend the code and return its access. Runs after every other check, before anything is issued."""
        code = authorization_code.code
        resource = self.server.resource(_parameters(self.request).get("resource"), code.resource)
        if not from_thread.run(self.server.codes.spend, authorization_code):
            from_thread.run(self.server.grants.disconnect, code.grant_id, "replayed")
            raise InvalidGrantError(OwnText("The code was used before; what it gave is revoked."))
        grant = from_thread.run(self.server.grants.begin, code.grant_id, self._lasting_secs())
        return _access(grant, resource)

    def _lasting_secs(self) -> float:
        """Return how long the grant lasts if its tokens are never refreshed."""
        refreshes = isinstance(self.request.client, Client) and self.request.client.refreshes
        return LASTING_SECS if refreshes else self.server.access_secs

    def delete_authorization_code(self, authorization_code: codes.Presented) -> None:
        """Nothing to do: a spent code is stored for another minute, so that a replay is noticed."""


class RefreshFlow(RefreshTokenGrant):
    """The refresh token grant. A token is replaced by its successor before anything is issued; reuse ends the grant."""

    TOKEN_ENDPOINT_AUTH_METHODS = AUTH_METHODS
    server: Protocol

    def authenticate_refresh_token(self, refresh_token: str) -> Any:
        return from_thread.run(self.server.refresh_tokens.find, refresh_token)

    def authenticate_user(self, refresh_token: refresh_tokens.Presented) -> Access:
        token = refresh_token.token
        resource = self.server.resource(_parameters(self.request).get("resource"), token.resource)
        return _access(self._grant(token), resource, narrowed=not self._asked(token).issuperset(token.scope.split()))

    def _asked(self, token: refresh_tokens.RefreshToken) -> frozenset[str]:
        """The scopes in the request; where it names none, those in the answer that the client got before."""
        return frozenset((_parameters(self.request).get("scope") or token.scope).split())

    def _grant(self, token: refresh_tokens.RefreshToken) -> Grant:
        grant = from_thread.run(self.server.grants.get, token.grant_id)
        if grant is None:
            raise InvalidGrantError(OwnText("The access was revoked or has ended."))
        return grant

    def _validate_token_scope(self, token: refresh_tokens.Presented) -> None:
        """A client may name the scopes that it was given, fewer of them, or ones that the person granted meanwhile."""
        grant, known = self._grant(token.token), token.get_scope().split()
        if not all(scope in known or is_granted(scope, grant.scopes) for scope in self._asked(token.token)):
            raise InvalidScopeError

    def issue_token(self, user: Access, refresh_token: Any) -> dict[str, str | int]:
        scope = self._scope(user, refresh_token.token)
        try:
            successor = from_thread.run(self.server.refresh_tokens.rotate, refresh_token)
        except refresh_tokens.Reused:
            from_thread.run(self.server.grants.disconnect, user.grant_id, "reused")
            raise InvalidGrantError(OwnText("The refresh token was used before; the access is revoked.")) from None
        from_thread.run(self.server.grants.extend, user.grant_id, LASTING_SECS)
        token = self.generate_token(user=user, scope=scope, include_refresh_token=False)
        return {**token, "refresh_token": successor}

    def _scope(self, user: Access, token: refresh_tokens.RefreshToken) -> str:
        grant, asked = self._grant(token), self._asked(token)
        if not user.narrowed:
            return scope_for_client(asked, grant.scopes)
        scope = " ".join(sorted(within(asked, grant.scopes)))
        if not scope:
            raise InvalidScopeError
        return scope

    def revoke_old_credential(self, refresh_token: Any) -> None:
        """Nothing to do: the rotation has done it."""


class Revocation(RevocationEndpoint):
    """The revocation endpoint. To revoke a token of either kind ends the whole grant."""

    CLIENT_AUTH_METHODS = AUTH_METHODS
    server: Protocol

    def check_params(self, request: OAuth2Request, client: Client) -> None:
        if "token" not in request.form:
            raise InvalidRequestError(OwnText("Missing token in request."))

    def query_token(self, token_string: str, token_type_hint: str | None) -> _RevokedToken | None:
        presented = from_thread.run(self.server.refresh_tokens.find, token_string)
        if presented is not None:
            return _RevokedToken(presented.token.grant_id, presented.token.client_id)
        claims = from_thread.run(access_token.read, token_string, self.server.issuer, self.server.keys.find)
        return _RevokedToken(claims.grant_id, claims.client_id) if claims is not None else None

    def revoke_token(self, token: _RevokedToken, request: OAuth2Request) -> None:
        from_thread.run(self.server.grants.disconnect, token.grant_id, "given_back")


@dataclass(frozen=True)
class _RevokedToken:
    """The grant and the client of a token that is being revoked, with the method that Authlib needs."""

    grant_id: str
    client_id: str

    def check_client(self, client: Client) -> bool:
        return client.client_id == self.client_id


def _parameters(request: OAuth2Request) -> dict[str, str]:
    return request.payload.data if request.payload is not None else {}


def _access(grant: Grant | None, resource: str, *, narrowed: bool = False) -> Access:
    if grant is None:
        raise InvalidGrantError(OwnText("The access was revoked or has ended."))
    return Access(grant.id, grant.account, resource, narrowed)
