"""The linking page: shows which client asks, and takes what it may do and with which account."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from telnyx_remote_mcp.auth.authorization_server.pending import Gone, Pending
from telnyx_remote_mcp.auth.grant import Grant
from telnyx_remote_mcp.auth.links import ApiKeyLink, Linked, LinkLost
from telnyx_remote_mcp.auth.scopes import within
from telnyx_remote_mcp.web.linking import rules_form
from telnyx_remote_mcp.web.linking.addition import Addition, addition
from telnyx_remote_mcp.web.linking.bad_choice import BadChoice
from telnyx_remote_mcp.web.linking.browser import Browser
from telnyx_remote_mcp.web.linking.choice import Choice, Filled, chosen, end
from telnyx_remote_mcp.web.linking.offer import WORDS, Offer, offer
from telnyx_remote_mcp.web.linking.proof import NotProved, by_key, verified
from telnyx_remote_mcp.web.linking.requests import Applicant
from telnyx_remote_mcp.web.linking.round_trip import RoundTrip
from telnyx_remote_mcp.web.linking.services import Services
from telnyx_remote_mcp.web.linking.summary import day, summary
from telnyx_remote_mcp.web.linking.telnyx_limits import cap_daily_limits

_ENDED = "The connection that was there has ended. Link your account again."


@dataclass(frozen=True)
class LinkPage:
    """The page at `/link?request=ID` and what its form does."""

    services: Services
    round_trip: RoundTrip

    async def show(self, request: Request) -> Response:
        pending = await self.services.requests.pending(request.query_params.get("request", ""))
        if pending is None:
            return self.services.pages.over()
        browser = self.services.browsers.of(request)
        again = request.query_params.get("again", "")
        filled = self.services.sealed_forms.open(browser, purpose(pending.id), again, Filled)
        return await self._page(browser, pending, filled)

    async def submit(self, request: Request) -> Response:
        form = await request.form()
        request_id = str(form.get("request", ""))
        browser = self.services.browsers.of(request)
        pending = await self.services.requests.pending(request_id)
        if request_id and pending is None:
            # Before the token is checked: the answer gave the browser a new cookie, so an older form would look forged.
            return self.services.pages.over()
        if pending is None or not self._is_ours(form, browser):
            return self.services.pages.forged()
        try:
            if form.get("action") == "deny":
                url = await self.services.requests.deny(request_id)
                self.services.meter.link("denied")
                return self.services.pages.redirect(url)
            return await self._link(request, form, browser, pending)
        except Gone:
            return self.services.pages.over()
        except BadChoice as error:
            return self._again(browser, pending.id, Filled.of(form), str(error), error.field)
        except NotProved as error:
            self.services.meter.link("key_refused")
            return self._again(browser, pending.id, Filled.of(form), str(error), "api_key")

    def _is_ours(self, form: FormData, browser: Browser) -> bool:
        """Return whether this browser was shown the form, for this request."""
        return self.services.browsers.proves(browser, purpose(str(form.get("request"))), str(form.get("token", "")))

    async def _link(self, request: Request, form: FormData, browser: Browser, pending: Pending) -> Response:
        choice = await self._choice(form, browser, pending)
        action = form.get("action")
        if action == "sign_in" and self.services.sign_in is not None:
            scopes = self.services.scopes.covering(choice.permission)
            filled = Filled.of(form)
            return await self.round_trip.leave(browser, scopes, request_id=pending.id, choice=choice, filled=filled)
        if action == "reuse":
            linked, account = await self._linked_before(browser, pending, request)
        else:
            linked, account = await by_key(self.services.keys, form, request)
        return await self.connect(browser, pending, choice, linked, account)

    async def _choice(self, form: FormData, browser: Browser, pending: Pending) -> Choice:
        """Parse the choice: a whole one, or an addition to a connection, as the page showed it. Raises BadChoice."""
        offered, now = self._offer, datetime.now(UTC)
        adds_to = form.get("adds_to")
        if adds_to is None:
            return Choice(
                permission=chosen(form, offered),
                expires_at=end(form, now),
                replaces=None,
                rules=rules_form.rules_of(rules_form.given(form)),
                telnyx_daily=rules_form.daily_limit(form),
            )
        added = await self._addition(browser, pending)
        if added is None or added.grant.id != adds_to:
            raise BadChoice("The connection has changed meanwhile. Look at what is chosen now.", "group")
        grant = added.grant
        more = chosen(form, offered.only(added.products))
        return Choice(
            permission=grant.permission.joined(more),
            expires_at=end(form, now, grant.expires_at),
            replaces=grant.id,
            rules=rules_form.rules_of(rules_form.given(form)),
        )

    async def connect(
        self,
        browser: Browser,
        pending: Pending,
        choice: Choice,
        linked: Linked,
        account: str,
        given: frozenset[str] | None = None,
    ) -> Response:
        """Grant what was chosen, within the scopes that Telnyx gave, and send the person back to the client.

        Raises Gone.
        """
        services = self.services
        scopes = services.scopes.covering(choice.permission)
        grant = await services.grants.create(
            client_id=pending.client.id,
            client_name=Applicant.of(pending.client).name,
            account=account,
            linked=linked,
            permission=choice.permission,
            scopes=scopes if given is None else within(scopes, given),
            given=given,
            expires_at=choice.expires_at,
            replaces=choice.replaces,
            rules=choice.rules,
        )
        try:
            url = await services.requests.approve(pending.id, grant)
        except Exception:
            await services.grants.revoke(grant.id)
            raise
        services.meter.link("linked")
        response = await self._back(pending, choice, linked, account, url)
        await services.sessions.enter(browser, account, response, grant.id)
        return response

    async def _back(self, pending: Pending, choice: Choice, linked: Linked, account: str, url: str) -> Response:
        """Redirect to the client. Where limits are to be set at Telnyx, set them and show a page with the result."""
        if choice.telnyx_daily is None:
            return self.services.pages.redirect(url)
        telnyx = self.services.api.bind(linked.credential, account)
        limits = await cap_daily_limits(telnyx, choice.telnyx_daily)
        client = Applicant.of(pending.client)
        return self.services.pages.page("linked.html", limits=limits, client=client, url=url)

    async def _linked_before(self, browser: Browser, pending: Pending, request: Request) -> tuple[ApiKeyLink, str]:
        """The key and account that this browser linked to the same client before. Raises NotProved."""
        grant = await self._reusable(browser, pending)
        if grant is None:
            raise NotProved(_ENDED)
        try:
            credential = await self.services.grants.credential(grant)
        except LinkLost:
            raise NotProved(_ENDED) from None
        return ApiKeyLink(credential.secret), await verified(self.services.keys, credential.secret, request)

    async def _reusable(self, browser: Browser, pending: Pending) -> Grant | None:
        """The client's connection by API key, if any; also one that ended because its token was reused."""
        account = await self.services.sessions.remembered(browser)
        candidates = await self._connections(account, pending) if account is not None else []
        return next((grant for grant in candidates if grant.lane == "key"), None)

    async def _earlier(self, browser: Browser, pending: Pending) -> Grant | None:
        """The client's connection that was made in this browser, if any."""
        session = await self.services.sessions.of(browser)
        candidates = await self._connections(session.account, pending) if session is not None else []
        return next((grant for grant in candidates if session is not None and grant.id in session.grants), None)

    async def _connections(self, account: str, pending: Pending) -> list[Grant]:
        grants = self.services.grants
        past = [grant for grant in await grants.past_of_account(account) if grant.ended == "reused"]
        return [g for g in (*await grants.of_account(account), *past) if g.client_id == pending.client.id]

    async def _addition(self, browser: Browser, pending: Pending) -> Addition | None:
        grant = await self._earlier(browser, pending)
        if grant is None or grant.ended is not None:
            return None
        return addition(self.services.surfaces, grant, pending.scopes)

    def refused(self, browser: Browser, request_id: str, filled: Filled, text: str) -> Response:
        """The sign-in at Telnyx brought no account: show the page again, as it was filled in."""
        self.services.meter.link("sign_in_failed")
        return self._again(browser, request_id, filled, text, "sign_in")

    def _again(self, browser: Browser, request_id: str, filled: Filled, problem: str, field: str) -> Response:
        filled = filled.model_copy(update={"problem": problem, "field": field})
        again = self.services.sealed_forms.seal(browser, purpose(request_id), filled)
        return self.services.pages.redirect(f"/link?{urlencode({'request': request_id, 'again': again})}")

    @property
    def _offer(self) -> Offer:
        return offer(self.services.surfaces)

    async def _page(self, browser: Browser, pending: Pending, filled: Filled | None) -> Response:
        services, sign_in = self.services, self.services.sign_in
        added = await self._addition(browser, pending)
        offered = self._offer if added is None else self._offer.only(added.products)
        leads_to = [pending.client.redirect_uri, *(sign_in.pages if sign_in is not None else ())]
        response = services.pages.page(
            "link.html",
            leads_to=leads_to,
            client=Applicant.of(pending.client),
            request_id=pending.id,
            token=services.browsers.token(browser, purpose(pending.id)),
            offer=offered,
            levels=[WORDS[level] for level in offered.levels],
            added=added,
            kept=summary(self._offer, added.grant, services.scopes) if added is not None else (),
            kept_until=day(added.grant.expires_at) if added is not None and added.grant.expires_at else "",
            rules_form=rules_form,
            form=filled or await self._prefilled(browser, pending, added, offered),
            today=datetime.now(UTC).date().isoformat(),
            reusable=await self._reusable(browser, pending) is not None,
            sign_in=sign_in.host if sign_in is not None else None,
            account_url=f"{services.settings.url}/account".partition("://")[2],
        )
        services.browsers.remember(browser, response)
        return response

    async def _prefilled(self, browser: Browser, pending: Pending, added: Addition | None, offered: Offer) -> Filled:
        """Return the values that the form begins with: those of the addition that is asked for, else of an earlier
        connection, else the highest level with the suggested limits."""
        if added is not None:
            level = WORDS[min(added.level, offered.levels[-1])]
            kept = dict(rules_form.shown(added.grant.rules))
            return Filled(level=level, groups=frozenset(added.products), ends="kept", rules=kept)
        earlier = await self._earlier(browser, pending)
        if earlier is None:
            return Filled(level=WORDS[offered.levels[-1]])
        return Filled.as_before(earlier.permission, earlier.rules, offered)


def purpose(request_id: str) -> str:
    """The purpose to which the form's token is bound."""
    return f"link/{request_id}"
