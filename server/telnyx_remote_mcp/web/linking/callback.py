"""The callback to which Telnyx's sign-in redirects browsers."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from telnyx_remote_mcp.auth.authorization_server.pending import Gone
from telnyx_remote_mcp.auth.scopes import within
from telnyx_remote_mcp.auth.telnyx_sign_in import SignedIn
from telnyx_remote_mcp.web.linking.account import AccountPage
from telnyx_remote_mcp.web.linking.browser import Browser
from telnyx_remote_mcp.web.linking.choice import Choice
from telnyx_remote_mcp.web.linking.link import LinkPage
from telnyx_remote_mcp.web.linking.proof import NotProved
from telnyx_remote_mcp.web.linking.round_trip import Journey, RoundTrip
from telnyx_remote_mcp.web.linking.services import Services


@dataclass(frozen=True)
class Callback:
    """Completes a sign-in at Telnyx: answers the client that asked for access, or opens the account page."""

    services: Services
    round_trip: RoundTrip
    link: LinkPage
    account: AccountPage

    async def __call__(self, request: Request) -> Response:
        browser = self.services.browsers.of(request)
        journey = await self.round_trip.arrive(request, browser)
        if journey is None:
            return self.services.pages.over()
        if journey.request_id is not None and journey.choice is not None:
            return await self._answer_client(request, browser, journey, journey.request_id, journey.choice)
        try:
            signed_in = await self.round_trip.tokens(request, browser)
        except NotProved as error:
            return self.account.refused(browser, str(error))
        return await self.account.enter(browser, await self._principal(signed_in))

    async def _answer_client(
        self, request: Request, browser: Browser, journey: Journey, request_id: str, choice: Choice
    ) -> Response:
        pending = await self.services.requests.pending(request_id)
        if pending is None:
            return self.services.pages.over()
        try:
            signed_in = await self.round_trip.tokens(request, browser)
            given = allowed(journey.scopes, signed_in.scopes)
        except NotProved as error:
            return self.link.refused(browser, request_id, journey.filled, str(error))
        account = await self._principal(signed_in)
        try:
            return await self.link.connect(browser, pending, choice, signed_in.link, account, given)
        except Gone:
            return self.services.pages.over()

    async def _principal(self, signed_in: SignedIn) -> str:
        return await self.services.accounts.principal(signed_in.link.account_id)


def allowed(asked: frozenset[str], given: frozenset[str] | None) -> frozenset[str]:
    """Return the asked scopes as far as Telnyx gave them; a scope to write becomes one to read where only that was
    given. Raises NotProved where none is left."""
    if given is None:
        return asked
    granted = within(asked, given)
    if not granted:
        raise NotProved("Telnyx gave none of the permissions. Sign in again to allow some.")
    return granted
