"""The endpoints of the authorization server, at the same paths as Telnyx's."""

import base64
import hashlib
import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from ..account import KEY_PREFIX
from .page import consent_page
from .scopes import SCOPES, unknown
from .tokens import Consent, Tokens

CLIENT_ID: Final = "sandbox-mcp-server"
"""The only client. It is public and uses PKCE in place of a secret."""

EXAMPLE_KEY: Final = f"{KEY_PREFIX}_you"
_CHALLENGE: Final = re.compile(r"[A-Za-z0-9_-]{43}")


class _OAuthError(Exception):
    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(error)
        self.answer = JSONResponse({"error": error, "error_description": description}, status)


class Authorization:
    """The authorization server. A person gives access to a sandbox account by entering its key."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens

    @property
    def routes(self) -> list[Route]:
        return [
            Route("/.well-known/oauth-authorization-server", self.metadata, methods=["GET"]),
            Route("/v2/oauth/authorize", self.authorize, methods=["GET", "POST"]),
            Route("/v2/oauth/token", self.token, methods=["POST"]),
            Route("/v2/oauth/introspect", self.introspect, methods=["POST"]),
            Route("/v2/oauth/jwks", self.jwks, methods=["GET"]),
        ]

    async def metadata(self, request: Request) -> Response:
        issuer = _issuer(request)
        return JSONResponse(
            {
                "issuer": issuer,
                "authorization_endpoint": f"{issuer}/v2/oauth/authorize",
                "token_endpoint": f"{issuer}/v2/oauth/token",
                "introspection_endpoint": f"{issuer}/v2/oauth/introspect",
                "jwks_uri": f"{issuer}/v2/oauth/jwks",
                "response_types_supported": ["code"],
                "grant_types_supported": ["authorization_code", "refresh_token"],
                "code_challenge_methods_supported": ["S256"],
                "token_endpoint_auth_methods_supported": ["none"],
                "scopes_supported": SCOPES,
            }
        )

    async def jwks(self, _: Request) -> Response:
        return JSONResponse(self._tokens.jwks)

    async def authorize(self, request: Request) -> Response:
        """GET shows the consent page. Its form is posted to the same URL with the decision.

        If the form names no scope, all requested scopes are granted.
        """
        query = request.query_params
        try:
            _check(query)
        except _OAuthError as error:
            return error.answer
        if request.method == "GET":
            return HTMLResponse(consent_page(query["client_id"], query.get("scope", ""), EXAMPLE_KEY))
        form = await request.form()
        key = str(form.get("key", ""))
        if form.get("decision") != "allow" or not key.startswith(KEY_PREFIX):
            return _back(query, error="access_denied")
        asked = query.get("scope", "").split()
        picked = [name for name in asked if name in form.getlist("scope")] or asked
        consent = Consent(key, query["client_id"], query["redirect_uri"], " ".join(picked), query["code_challenge"])
        return _back(query, code=self._tokens.code(consent))

    async def token(self, request: Request) -> Response:
        form = {name: str(value) for name, value in (await request.form()).items()}
        try:
            consent = self._consent(form)
        except _OAuthError as error:
            return error.answer
        issued = self._tokens.issue(consent, _issuer(request))
        return JSONResponse(issued, headers={"Cache-Control": "no-store"})

    def _consent(self, form: Mapping[str, str]) -> Consent:
        if form.get("client_id") != CLIENT_ID:
            raise _OAuthError("invalid_client", f"The sandbox's client is {CLIENT_ID}.", 401)
        if form.get("grant_type") == "refresh_token":
            consent = self._tokens.refreshed(form.get("refresh_token", ""))
        elif form.get("grant_type") == "authorization_code":
            consent = self._tokens.redeem(form.get("code", ""))
            if consent is not None and not _proves(form, consent):
                consent = None
        else:
            raise _OAuthError("unsupported_grant_type", "Use authorization_code or refresh_token.")
        if consent is None:
            raise _OAuthError("invalid_grant", "The code or refresh token is used, expired or of another client.")
        return consent

    async def introspect(self, request: Request) -> Response:
        access = self._tokens.find(str((await request.form()).get("token", "")))
        return JSONResponse({"active": False} if access is None else {"active": True, **access.claims})


def _check(query: Mapping[str, str]) -> None:
    if query.get("client_id") != CLIENT_ID:
        raise _OAuthError("invalid_client", f"The sandbox's client is {CLIENT_ID}.")
    redirect = urlsplit(query.get("redirect_uri", ""))
    if redirect.scheme != "https" and redirect.hostname not in ("127.0.0.1", "localhost", "::1"):
        raise _OAuthError("invalid_request", "redirect_uri must be https, or http on this machine.")
    if query.get("response_type") != "code":
        raise _OAuthError("unsupported_response_type", "Ask for response_type=code.")
    if query.get("code_challenge_method") != "S256" or not _CHALLENGE.fullmatch(query.get("code_challenge", "")):
        raise _OAuthError("invalid_request", "Send a code_challenge with code_challenge_method=S256.")
    if missing := unknown(query.get("scope", "")):
        raise _OAuthError("invalid_scope", f"There is no scope {missing[0][:80]}.")


def _proves(form: Mapping[str, str], consent: Consent) -> bool:
    digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
    challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    return challenge == consent.challenge and form.get("redirect_uri") == consent.redirect_uri


def _back(query: Mapping[str, str], **answer: str) -> Response:
    if "state" in query:
        answer["state"] = query["state"]
    uri = query["redirect_uri"]
    return RedirectResponse(f"{uri}{'&' if '?' in uri else '?'}{urlencode(answer)}", 303)


def _issuer(request: Request) -> str:
    return f"{request.url.scheme}://{request.url.netloc}"
