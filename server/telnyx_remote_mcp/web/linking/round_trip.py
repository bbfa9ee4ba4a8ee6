"""The round trip of a browser to Telnyx's sign-in and back."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Final

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from telnyx_remote_mcp.auth.telnyx_sign_in import SignedIn, SignInFailed, TelnyxSignIn
from telnyx_remote_mcp.store.records import Records
from telnyx_remote_mcp.web.linking.browser import Browser
from telnyx_remote_mcp.web.linking.choice import Choice, Filled
from telnyx_remote_mcp.web.linking.proof import NotProved
from telnyx_remote_mcp.web.linking.services import Services

STATE_SECS: Final = 600
_KIND: Final = "sign-in"


class Journey(BaseModel):
    """A sign-in at Telnyx in progress: for a client's request, or without one (None) to open the account page."""

    browser: str
    request_id: str | None
    choice: Choice | None
    scopes: frozenset[str]
    filled: Filled = Filled()


@dataclass(frozen=True)
class RoundTrip:
    """Redirects a browser to Telnyx, only after the person agreed here, and accepts the same browser back, once."""

    services: Services

    async def leave(
        self,
        browser: Browser,
        scopes: frozenset[str],
        *,
        request_id: str | None = None,
        choice: Choice | None = None,
        filled: Filled | None = None,
    ) -> Response:
        """The redirect to Telnyx. The linking page's choice and filled in form are stored until the browser is back."""
        state = secrets.token_urlsafe(32)
        journey = Journey(
            browser=browser.name, request_id=request_id, choice=choice, scopes=scopes, filled=filled or Filled()
        )
        await self._journeys.put(state, journey, STATE_SECS)
        return self.services.pages.redirect(self._sign_in.url(state, self._verifier(browser, state), scopes))

    async def arrive(self, request: Request, browser: Browser) -> Journey | None:
        """The journey that this request completes; None where it began in another browser, is over, or has expired."""
        journey = await self._journeys.take(request.query_params.get("state", ""))
        if journey is None or not secrets.compare_digest(journey.browser.encode(), browser.name.encode()):
            return None
        return journey

    async def tokens(self, request: Request, browser: Browser) -> SignedIn:
        """Exchange the code in the request for tokens of Telnyx. Raises NotProved."""
        query = request.query_params
        if "code" not in query:
            raise NotProved("Telnyx did not let this server act for your account. Sign in again to allow it.")
        try:
            return await self._sign_in.exchange(query["code"], self._verifier(browser, query["state"]))
        except SignInFailed as error:
            why = "did not accept the sign-in" if error.denied else "could not be asked"
            raise NotProved(f"Telnyx {why}. Try again.") from None

    def _verifier(self, browser: Browser, state: str) -> str:
        """The PKCE verifier. It need not be stored: only this server can derive it from the state and the cookie."""
        return self.services.browsers.derive(f"verifier/{browser.id}/{state}")

    @property
    def _journeys(self) -> Records[Journey]:
        return Records(self.services.store, self.services.vault, _KIND, Journey)

    @property
    def _sign_in(self) -> TelnyxSignIn:
        if self.services.sign_in is None:
            raise NotProved("This server has no sign-in at Telnyx; use an API key.")
        return self.services.sign_in
