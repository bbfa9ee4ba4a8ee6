"""The account page: which agents are connected, and how a connection is ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from telnyx_remote_mcp.auth.grant import Grant
from telnyx_remote_mcp.web.linking.browser import Browser
from telnyx_remote_mcp.web.linking.choice import EVERYTHING
from telnyx_remote_mcp.web.linking.proof import NotProved, by_key
from telnyx_remote_mcp.web.linking.round_trip import RoundTrip
from telnyx_remote_mcp.web.linking.services import Services

IDENTITY_SCOPES: Final = frozenset({"billing.read"})
"""Asked for where only the account's identity is wanted; the tokens are dropped at once."""

_PURPOSE: Final = "account"


@dataclass(frozen=True, slots=True)
class Agent:
    """A grant as the page shows it."""

    id: str
    name: str
    products: str
    writes: bool
    since: str
    last_acted: str
    last_listed: str
    until: str


@dataclass(frozen=True, slots=True)
class PastAgent:
    """A connection that ended by itself, as the page shows it."""

    id: str
    name: str
    ended: str
    why: str


@dataclass(frozen=True)
class AccountPage:
    """The page at `/account`: for whoever proved an account, else the form to prove one."""

    services: Services
    round_trip: RoundTrip

    async def show(self, request: Request) -> Response:
        browser = self.services.browsers.of(request)
        account = await self.services.sessions.account(browser)
        return self.prove(browser) if account is None else await self._agents(browser, account)

    async def submit(self, request: Request) -> Response:
        """Prove an account by key, go to Telnyx to prove it, or leave."""
        form = await request.form()
        browser = self.services.browsers.of(request)
        if not self._is_ours(browser, form.get("token")):
            return self.services.pages.forged()
        try:
            if form.get("action") == "leave":
                await self.services.sessions.close(browser)
                return self.services.pages.redirect("/account")
            if form.get("action") == "sign_in":
                return await self.round_trip.leave(browser, IDENTITY_SCOPES, request_id=None, choice=EVERYTHING)
            _, account = await by_key(self.services.keys, form, request)
        except NotProved as error:
            return self.prove(browser, str(error))
        return await self.enter(browser, account)

    async def enter(self, browser: Browser, account: str) -> Response:
        """The account is proved: show its agents."""
        response = self.services.pages.redirect("/account")
        await self.services.sessions.enter(browser, account, response)
        return response

    async def revoke(self, request: Request) -> Response:
        form = await request.form()
        browser = self.services.browsers.of(request)
        account = await self.services.sessions.account(browser)
        if account is None or not self._is_ours(browser, form.get("token")):
            return self.services.pages.forged()
        grants, chosen = self.services.grants, form.get("grant")
        for grant in [*await grants.of_account(account), *await grants.past_of_account(account)]:
            if grant.id == chosen:
                await grants.revoke(grant.id)
        return self.services.pages.redirect("/account")

    def prove(self, browser: Browser, problem: str = "") -> Response:
        """The form that asks for a proof."""
        sign_in = self.services.sign_in
        return self._page(
            browser,
            "prove.html",
            400 if problem else 200,
            problem=problem,
            sign_in=sign_in is not None,
            leads_to=sign_in.pages if sign_in is not None else (),
        )

    async def _agents(self, browser: Browser, account: str) -> Response:
        agents = [self._agent(grant) for grant in await self.services.grants.of_account(account)]
        past = [_past(grant) for grant in await self.services.grants.past_of_account(account)]
        return self._page(browser, "account.html", account=account, agents=agents, past=past)

    def _agent(self, grant: Grant) -> Agent:
        titles = [g.title for name, g in self.services.surfaces.registry.groups.items() if name in grant.groups]
        writes = not grant.read_only and any(scope.endswith(".write") for scope in grant.scopes)
        return Agent(
            id=grant.id,
            name=grant.client_name,
            products=", ".join(titles) or "every product",
            writes=writes,
            since=_day(grant.created_at),
            last_acted=_moment(grant.last_used_at) if grant.last_used_at > grant.created_at else "nothing noted so far",
            last_listed=_moment(grant.last_listed_at) if grant.last_listed_at is not None else "not so far",
            until="you end it" if grant.expires_at is None else _day(grant.expires_at),
        )

    def _page(
        self, browser: Browser, template: str, status: int = 200, *, leads_to: tuple[str, ...] = (), **values: object
    ) -> Response:
        token = self.services.browsers.token(browser, _PURPOSE)
        response = self.services.pages.page(template, status, leads_to=leads_to, token=token, **values)
        self.services.browsers.remember(browser, response)
        return response

    def _is_ours(self, browser: Browser, token: object) -> bool:
        return self.services.browsers.proves(browser, _PURPOSE, str(token))


_WHY: Final = {
    "reused": "Its sign-in was used in two places, as when it was copied or restored from a backup. If you know of no "
    "copy, somebody may have taken it. Connect again from the agent.",
    "replayed": "Its sign-in was answered twice, as when somebody read along. Connect again from the agent.",
    "given_back": "The agent signed out.",
    "rejected": "Telnyx no longer accepts the key or sign-in behind it. Connect again with one that it accepts.",
}


def _past(grant: Grant) -> PastAgent:
    if grant.ended is not None:
        why = _WHY[grant.ended]
    elif grant.end == grant.expires_at:
        why = "Its time was over, as you chose when you connected it."
    else:
        why = "The agent did not come back for a month."
    return PastAgent(grant.id, grant.client_name, _moment(grant.ended_at or grant.end or grant.created_at), why)


def _day(moment: int) -> str:
    return f"{datetime.fromtimestamp(moment, UTC):%-d %B %Y}"


def _moment(moment: int) -> str:
    return f"{_day(moment)}, {datetime.fromtimestamp(moment, UTC):%H:%M} UTC"
