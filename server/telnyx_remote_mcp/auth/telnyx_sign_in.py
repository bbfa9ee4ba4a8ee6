"""Signing in at Telnyx: this server as a client of Telnyx's own authorization server.

Authorization code with PKCE at `/oauth/authorize` and `/oauth/token` below the API's base URL.
"""

import base64
import binascii
import hashlib
import json
import time
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote_plus, urlencode, urlsplit

from pydantic import BaseModel, Field, ValidationError

from telnyx_remote_mcp.auth.links import LinkLost, TelnyxLink
from telnyx_remote_mcp.clock import Clock
from telnyx_tools.api.call import Call
from telnyx_tools.api.client import Api
from telnyx_tools.api.errors import ApiError, TelnyxError

TIMEOUT_SECS: Final = 10.0
DEFAULT_SECS: Final = 1_800
"""How long Telnyx's access tokens live."""

_FORM: Final = "application/x-www-form-urlencoded"


class SignInFailed(Exception):
    """Telnyx gave no tokens. `denied` means that it refused the code; otherwise it could not be asked."""

    def __init__(self, *, denied: bool) -> None:
        super().__init__("denied" if denied else "unavailable")
        self.denied = denied


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The result of a sign-in. `scopes` is None where Telnyx named none: it gave those that were asked for."""

    link: TelnyxLink = field(repr=False)
    scopes: frozenset[str] | None


class _Tokens(BaseModel):
    """The answer of the token endpoint (RFC 6749, 5.1)."""

    access_token: str = Field(min_length=1, max_length=8_192, repr=False)
    refresh_token: str | None = Field(None, max_length=8_192, repr=False)
    expires_in: int = Field(DEFAULT_SECS, ge=0)
    scope: str | None = None


class TelnyxSignIn:
    """This server as an OAuth client of Telnyx. `redirect_uri` is its callback, as registered with the client there.

    Without `client_secret` the client is public.
    """

    def __init__(
        self, api: Api, client_id: str, client_secret: str | None, redirect_uri: str, *, clock: Clock = time.time
    ) -> None:
        self._api = api
        self._client_id = client_id
        self._client_secret = client_secret or None
        self._redirect_uri = redirect_uri
        self._clock = clock

    @property
    def host(self) -> str:
        """The host to which people are sent."""
        return urlsplit(self._api.base_url).netloc

    @property
    def pages(self) -> tuple[str, ...]:
        """The sites that a sign-in leads through. At Telnyx itself, people sign in on another host than the API's."""
        sites = ("https://*.telnyx.com",) if self.host.endswith(".telnyx.com") else ()
        return (self._api.base_url, *sites)

    def url(self, state: str, verifier: str, scopes: frozenset[str]) -> str:
        """The URL at Telnyx on which a person signs in; the answer comes to the redirect URI with `state`."""
        digest = hashlib.sha256(verifier.encode()).digest()
        query = {
            "response_type": "code",
            "client_id": self._client_id,
            "redirect_uri": self._redirect_uri,
            "scope": " ".join(sorted(scopes)),
            "state": state,
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        return f"{self._api.base_url}/oauth/authorize?{urlencode(query)}"

    async def exchange(self, code: str, verifier: str) -> SignedIn:
        """The tokens for a code. Raises SignInFailed."""
        form = {"code": code, "redirect_uri": self._redirect_uri, "code_verifier": verifier}
        try:
            tokens = await self._ask("authorization_code", form)
        except TelnyxError as error:
            raise SignInFailed(denied=_is_refusal(error)) from None
        account_id = _subject(tokens.access_token)
        scopes = None if tokens.scope is None else frozenset(tokens.scope.split())
        return SignedIn(self._link(tokens, tokens.refresh_token, account_id), scopes)

    async def refresh(self, link: TelnyxLink) -> TelnyxLink:
        """New tokens for a linked account.

        Raises LinkLost where Telnyx refuses for good, TelnyxError or SignInFailed where it could not be asked.
        """
        if link.refresh_token is None:
            raise LinkLost
        try:
            tokens = await self._ask("refresh_token", {"refresh_token": link.refresh_token})
        except ApiError as error:
            if _is_refusal(error):
                raise LinkLost from None
            raise
        return self._link(tokens, tokens.refresh_token or link.refresh_token, link.account_id)

    async def _ask(self, grant_type: str, form: dict[str, str]) -> _Tokens:
        reply = await self._api.perform(self._call({"grant_type": grant_type, "client_id": self._client_id, **form}))
        try:
            return _Tokens.model_validate(reply.json())
        except ValidationError:
            raise SignInFailed(denied=False) from None

    def _call(self, form: dict[str, str]) -> Call:
        headers = [("Accept", "application/json"), ("Content-Type", _FORM), ("User-Agent", self._api.user_agent)]
        if self._client_secret is not None:
            headers.append(("Authorization", _basic(self._client_id, self._client_secret)))
        return Call(
            label="POST /oauth/token",
            method="POST",
            url=f"{self._api.base_url}/oauth/token",
            headers=headers,
            content=urlencode(form).encode(),
            attempts=1,
            timeout_secs=TIMEOUT_SECS,
            max_bytes=64 * 1024,
        )

    def _link(self, tokens: _Tokens, refresh_token: str | None, account_id: str) -> TelnyxLink:
        return TelnyxLink(tokens.access_token, refresh_token, int(self._clock()) + tokens.expires_in, account_id)


def _is_refusal(error: TelnyxError) -> bool:
    """Return whether a retry is pointless, because the code or refresh token is invalid."""
    return isinstance(error, ApiError) and error.code in ("invalid_grant", "invalid_request", "unauthorized_client")


def _basic(client_id: str, client_secret: str) -> str:
    """The Basic credentials of the client. Both parts are form-encoded first (RFC 6749, 2.3.1)."""
    pair = f"{quote_plus(client_id)}:{quote_plus(client_secret)}"
    return f"Basic {base64.b64encode(pair.encode()).decode()}"


def _subject(access_token: str) -> str:
    """The account id in the token's claims; "" for a token without one.

    The signature is not checked, because the token came straight from Telnyx.
    """
    parts = access_token.split(".")
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=="))
        return str(claims["sub"])
    except (IndexError, KeyError, TypeError, ValueError, binascii.Error, RecursionError):
        return ""
