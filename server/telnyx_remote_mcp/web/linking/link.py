"""The linking page: who asks, how far it may go, and with which account."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from telnyx_remote_mcp.auth.authorization_server.pending import Gone, Pending
from telnyx_remote_mcp.auth.grant import Grant
from telnyx_remote_mcp.auth.links import ApiKeyLink, Linked, LinkLost
from telnyx_remote_mcp.web.linking.browser import Browser
from telnyx_remote_mcp.web.linking.choice import REST, BadChoice, Choice, chosen
from telnyx_remote_mcp.web.linking.offer import Offer, offer, reading
from telnyx_remote_mcp.web.linking.proof import NotProved, by_key, verified
from telnyx_remote_mcp.web.linking.requests import Applicant
from telnyx_remote_mcp.web.linking.round_trip import RoundTrip
from telnyx_remote_mcp.web.linking.services import Services


@dataclass(frozen=True, slots=True)
class Filled:
    """What the form shows as filled in. The key is never among it."""

    groups: frozenset[str]
    read_only: bool = False
    ends: str = "never"
    end_date: str = ""

    @classmethod
    def of(cls, form: FormData) -> Filled:
        return cls(
            groups=frozenset(str(value) for value in form.getlist("group")),
            read_only=form.get("read_only") == "yes",
            ends=str(form.get("ends", "never")),
            end_date=str(form.get("end_date", ""))[:10],
        )


@dataclass(frozen=True)
class LinkPage:
    """The page at `/link?request=ID` and what its form does."""

    services: Services
    round_trip: RoundTrip

    async def show(self, request: Request) -> Response:
        pending = await self.services.requests.pending(request.query_params.get("request", ""))
        if pending is None:
            return self.services.pages.over()
        return await self._page(self.services.browsers.of(request), pending)

    async def submit(self, request: Request) -> Response:
        form = await request.form()
        request_id = str(form.get("request", ""))
        browser = self.services.browsers.of(request)
        if not self.services.browsers.proves(browser, purpose(request_id), str(form.get("token", ""))):
            return self.services.pages.forged()
        pending = await self.services.requests.pending(request_id)
        if pending is None:
            return self.services.pages.over()
        try:
            if form.get("action") == "deny":
                return self.services.pages.redirect(await self.services.requests.deny(request_id))
            return await self._link(request, form, browser, pending)
        except Gone:
            return self.services.pages.over()
        except (BadChoice, NotProved) as error:
            return await self._page(browser, pending, Filled.of(form), str(error))

    async def _link(self, request: Request, form: FormData, browser: Browser, pending: Pending) -> Response:
        choice = chosen(form, offer(self.services.surfaces, pending.scopes), datetime.now(UTC))
        action = form.get("action")
        if action == "sign_in" and self.services.sign_in is not None:
            return await self.round_trip.leave(browser, granted(pending, choice), request_id=pending.id, choice=choice)
        if action == "reuse":
            linked, account = await self._linked_before(browser, pending, request)
        else:
            linked, account = await by_key(self.services.keys, form, request)
        return await self.connect(browser, pending, choice, linked, account, granted(pending, choice))

    async def connect(
        self,
        browser: Browser,
        pending: Pending,
        choice: Choice,
        linked: Linked,
        account: str,
        scopes: frozenset[str],
    ) -> Response:
        """Grant what was chosen, and send the person back to the client. Raises Gone."""
        services = self.services
        grant = await services.grants.create(
            client_id=pending.client.id,
            client_name=Applicant.of(pending.client).name,
            account=account,
            linked=linked,
            scopes=scopes,
            groups=choice.groups,
            read_only=choice.read_only,
            expires_at=choice.expires_at,
        )
        try:
            url = await services.requests.approve(pending.id, grant)
        except Exception:
            await services.grants.revoke(grant.id)
            raise
        response = services.pages.redirect(url)
        await services.sessions.enter(browser, account, response)
        return response

    async def _linked_before(self, browser: Browser, pending: Pending, request: Request) -> tuple[ApiKeyLink, str]:
        """The account that this browser linked to the same client by key. Raises NotProved."""
        grant = await self._reusable(browser, pending)
        if grant is None:
            raise NotProved("The connection that was there has ended. Link your account again.")
        try:
            credential = await self.services.grants.credential(grant)
        except LinkLost:
            raise NotProved("The connection that was there has ended. Link your account again.") from None
        return ApiKeyLink(credential.secret), await verified(self.services.keys, credential.secret, request)

    async def _reusable(self, browser: Browser, pending: Pending) -> Grant | None:
        """The connection of the same client by key; also one that ended because its token was in two hands."""
        account = await self.services.sessions.remembered(browser)
        if account is None:
            return None
        grants = self.services.grants
        past = [grant for grant in await grants.past_of_account(account) if grant.ended == "reused"]
        candidates = [*await grants.of_account(account), *past]
        return next((g for g in candidates if g.client_id == pending.client.id and g.lane == "key"), None)

    async def problem(self, browser: Browser, pending: Pending, choice: Choice, text: str) -> Response:
        """The page again, as it was filled in, with what went wrong."""
        names = offer(self.services.surfaces, pending.scopes).names
        ends = "never" if choice.expires_at is None else "date"
        day = "" if choice.expires_at is None else datetime.fromtimestamp(choice.expires_at, UTC).date().isoformat()
        filled = Filled(frozenset(choice.groups or (*names, REST)), choice.read_only, ends, day)
        return await self._page(browser, pending, filled, text)

    async def _page(
        self, browser: Browser, pending: Pending, filled: Filled | None = None, problem: str = ""
    ) -> Response:
        services, sign_in = self.services, self.services.sign_in
        offered: Offer = offer(services.surfaces, pending.scopes)
        leads_to = [pending.client.redirect_uri, *(sign_in.pages if sign_in is not None else ())]
        response = services.pages.page(
            "link.html",
            400 if problem else 200,
            leads_to=leads_to,
            problem=problem,
            client=Applicant.of(pending.client),
            request_id=pending.id,
            token=services.browsers.token(browser, purpose(pending.id)),
            offer=offered,
            writes=any(scope.endswith(".write") for scope in pending.scopes),
            scopes=sorted(pending.scopes),
            form=filled or Filled(frozenset((*offered.names, REST))),
            today=datetime.now(UTC).date().isoformat(),
            reusable=await self._reusable(browser, pending) is not None,
            sign_in=sign_in.host if sign_in is not None else None,
            account_url=f"{services.settings.url}/account".partition("://")[2],
        )
        services.browsers.remember(browser, response)
        return response


def purpose(request_id: str) -> str:
    """What the form's token is for."""
    return f"link/{request_id}"


def granted(pending: Pending, choice: Choice) -> frozenset[str]:
    """The scopes of the grant: those asked for, without writing where the person chose so."""
    return reading(pending.scopes) if choice.read_only else frozenset(pending.scopes)
