"""The account page: shows the connected agents and what each may do, and changes or ends that."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlencode

from pydantic import BaseModel
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from telnyx_remote_mcp.auth.account_rules import RulesUnreadable
from telnyx_remote_mcp.auth.grant import Grant
from telnyx_remote_mcp.auth.scopes import within
from telnyx_remote_mcp.surface.owner_rules import NO_RULES, OwnerRules
from telnyx_remote_mcp.web.linking import rules_form
from telnyx_remote_mcp.web.linking.agents import Agent, PastAgent, changed
from telnyx_remote_mcp.web.linking.bad_choice import BadChoice
from telnyx_remote_mcp.web.linking.browser import Browser
from telnyx_remote_mcp.web.linking.offer import WORDS, offer
from telnyx_remote_mcp.web.linking.owner_form import OwnerForm
from telnyx_remote_mcp.web.linking.proof import NotProved, by_key
from telnyx_remote_mcp.web.linking.round_trip import RoundTrip
from telnyx_remote_mcp.web.linking.rules_form import given, rules_of
from telnyx_remote_mcp.web.linking.services import Services
from telnyx_remote_mcp.web.linking.telnyx_limits import TelnyxLimit, cap_daily_limits
from telnyx_tools.api.credential import Credential

IDENTITY_SCOPES: Final = frozenset({"billing.read"})
"""The scopes of a sign-in that only proves the account's identity; its tokens are dropped at once."""

_PURPOSE: Final = "account"
_WHOLE: Final = "account"
"""The `grant` of a problem with the rules of the whole account."""
_AT_TELNYX: Final = "telnyx"
"""The `grant` of a problem with the limits that Telnyx keeps."""
_HELD: Final = "held"
_SHOWN: Final = 20
"""How many limits are shown at most: they are carried in a URL."""
_UNREADABLE: Final = (
    "The rules of this account cannot be read any more, so agents only read. Lay them down anew, and save them."
)


class CappedLimits(BaseModel):
    """The limits that Telnyx keeps now, and how many more there are that are not shown."""

    limits: list[TelnyxLimit]
    more: int = 0


class Problem(BaseModel):
    """A problem with a submitted form. `grant` is the connection that the form was about, else "". `rules` are the
    rules as they were filled in, where the form had any."""

    text: str
    grant: str = ""
    rules: dict[str, str] = {}


@dataclass(frozen=True)
class AccountPage:
    """The page at `/account`: the agents of the account that this browser proved, else the form to prove one."""

    services: Services
    round_trip: RoundTrip

    async def show(self, request: Request) -> Response:
        browser = self.services.browsers.of(request)
        account = await self.services.sessions.account(browser)
        problem = self.services.sealed_forms.open(browser, _PURPOSE, request.query_params.get("again", ""), Problem)
        if account is None:
            return self._prove(browser, problem)
        held = self.services.sealed_forms.open(browser, _HELD, request.query_params.get("held", ""), CappedLimits)
        return await self._agents(browser, account, problem, held)

    async def submit(self, request: Request) -> Response:
        """Prove an account by key, go to Telnyx to prove it, or leave."""
        form = await request.form()
        browser = self.services.browsers.of(request)
        if not self.services.browsers.proves(browser, _PURPOSE, str(form.get("token"))):
            return self.services.pages.forged()
        try:
            if form.get("action") == "leave":
                await self.services.sessions.close(browser)
                return self.services.pages.redirect("/account")
            if form.get("action") == "sign_in":
                return await self.round_trip.leave(browser, IDENTITY_SCOPES)
            linked, account = await by_key(self.services.keys, form, request)
            # Only the key finds rules from under an earlier secret. To read them copies them to its present principal.
            with suppress(RulesUnreadable):
                await self.services.account_rules.of(account, linked.credential)
        except NotProved as error:
            return self.refused(browser, str(error))
        return await self.enter(browser, account)

    async def enter(self, browser: Browser, account: str) -> Response:
        """The browser proved the account: open its session and show its agents."""
        response = self.services.pages.redirect("/account")
        await self.services.sessions.enter(browser, account, response)
        return response

    async def revoke(self, request: Request) -> Response:
        if (form := await OwnerForm.of(request, self.services, _PURPOSE)) is None:
            return self.services.pages.forged()
        grants, chosen = self.services.grants, form.fields.get("grant")
        for grant in [*await grants.of_account(form.account), *await grants.past_of_account(form.account)]:
            if grant.id == chosen:
                await grants.revoke(grant.id)
        return self.services.pages.redirect("/account")

    async def change(self, request: Request) -> Response:
        """Change what a connected agent may do and for how long, without a new sign-in."""
        if (form := await OwnerForm.of(request, self.services, _PURPOSE)) is None:
            return self.services.pages.forged()
        chosen = [g for g in await self.services.grants.of_account(form.account) if g.id == form.fields.get("grant")]
        try:
            for grant in chosen:
                await self._change(form.fields, grant)
        except BadChoice as error:
            problem = Problem(text=str(error), grant=chosen[0].id, rules=dict(given(form.fields)))
            return self._again(form.browser, problem)
        return self.services.pages.redirect("/account")

    async def save_rules(self, request: Request) -> Response:
        """Save the rules that hold for every caller of the account."""
        if (form := await OwnerForm.of(request, self.services, _PURPOSE)) is None:
            return self.services.pages.forged()
        products = dict.fromkeys(offer(self.services.surfaces).names)
        try:
            await self.services.account_rules.save(form.account, rules_of(given(form.fields), products))
        except BadChoice as error:
            return self._again(form.browser, Problem(text=str(error), grant=_WHOLE, rules=dict(given(form.fields))))
        return self.services.pages.redirect("/account")

    async def cap_daily_limits(self, request: Request) -> Response:
        """Set daily spend limits at Telnyx itself, with the key that was entered for this, or else with a linked
        credential of the account."""
        if (form := await OwnerForm.of(request, self.services, _PURPOSE)) is None:
            return self.services.pages.forged()
        try:
            if (most := rules_form.daily_limit(form.fields)) is None:
                raise BadChoice("Write how much Telnyx is to stop at.", "limits")
            credential = await self._credential(form, request)
        except (BadChoice, NotProved) as error:
            return self._again(form.browser, Problem(text=str(error), grant=_AT_TELNYX))
        found = await cap_daily_limits(self.services.api.bind(credential, form.account), most)
        held = CappedLimits(limits=found[:_SHOWN], more=max(0, len(found) - _SHOWN))
        sealed = self.services.sealed_forms.seal(form.browser, _HELD, held)
        return self.services.pages.redirect(f"/account?{urlencode({'held': sealed})}")

    async def _credential(self, form: OwnerForm, request: Request) -> Credential:
        """The key in the form, else the credential of a connection. Raises NotProved."""
        if form.fields.get("api_key"):
            linked, owner = await by_key(self.services.keys, form.fields, request)
            if owner != form.account:
                raise NotProved("This is the key of another account than the one that you showed.")
            return linked.credential
        if (credential := await self.services.grants.any_credential(form.account)) is None:
            raise NotProved("Enter the API key of your Telnyx account.")
        return credential

    async def _change(self, form: FormData, grant: Grant) -> None:
        scopes = self.services.scopes
        permitted, expires_at = changed(form, grant, offer(self.services.surfaces), datetime.now(UTC))
        needed = scopes.covering(permitted)
        granted = needed if grant.given is None else within(needed, grant.given)
        await self.services.grants.change(grant.id, permitted, granted, expires_at, rules_of(given(form)))

    def refused(self, browser: Browser, text: str) -> Response:
        """The proof failed: redirect to the form, which says what to do."""
        return self._again(browser, Problem(text=text))

    def _again(self, browser: Browser, problem: Problem) -> Response:
        again = self.services.sealed_forms.seal(browser, _PURPOSE, problem)
        return self.services.pages.redirect(f"/account?{urlencode({'again': again})}")

    def _prove(self, browser: Browser, problem: Problem | None) -> Response:
        """The form that asks for a proof."""
        sign_in = self.services.sign_in
        leads_to = sign_in.pages if sign_in is not None else ()
        return self._page(browser, "prove.html", leads_to=leads_to, problem=problem, sign_in=sign_in is not None)

    async def _agents(
        self, browser: Browser, account: str, problem: Problem | None, held: CappedLimits | None
    ) -> Response:
        services, offered = self.services, offer(self.services.surfaces)
        current = await services.grants.of_account(account)
        past = await services.grants.past_of_account(account)
        rules = await self._rules(account)
        if problem is None and rules is None:
            problem = Problem(text=_UNREADABLE, grant=_WHOLE)
        return self._page(
            browser,
            "account.html",
            account=account,
            phones=services.phones is not None,
            agents=[Agent.of(grant, offered, services.scopes) for grant in current],
            past=[PastAgent.of(grant) for grant in past],
            levels=[WORDS[level] for level in offered.levels],
            whole=_WHOLE,
            at_telnyx=_AT_TELNYX,
            held=held,
            laid_down=rules_form.in_words(rules or NO_RULES),
            rules=rules_form.shown(rules or NO_RULES),
            products=offered.products,
            rules_form=rules_form,
            problem=problem,
            today=datetime.now(UTC).date().isoformat(),
        )

    async def _rules(self, account: str) -> OwnerRules | None:
        """The rules of the account; None where they cannot be read."""
        try:
            return await self.services.account_rules.of(account)
        except RulesUnreadable:
            return None

    def _page(self, browser: Browser, template: str, *, leads_to: Iterable[str] = (), **values: object) -> Response:
        token = self.services.browsers.token(browser, _PURPOSE)
        response = self.services.pages.page(template, 200, leads_to=leads_to, token=token, **values)
        self.services.browsers.remember(browser, response)
        return response
