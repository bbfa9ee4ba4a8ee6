"""The approval page, on which a person decides about a call of an agent. Opening the page decides nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final, get_args
from urllib.parse import urlencode

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from telnyx_remote_mcp.guardrails.approvals import Approval, Approvals, Extent
from telnyx_remote_mcp.guardrails.question_text import agent, arguments, deed
from telnyx_remote_mcp.settings import Settings
from telnyx_remote_mcp.store.base import Store
from telnyx_remote_mcp.store.secret import Secret
from telnyx_remote_mcp.web.linking.browser import Browser
from telnyx_remote_mcp.web.linking.guard import PageGuard
from telnyx_remote_mcp.web.linking.proof import NotProved, Proof
from telnyx_remote_mcp.web.linking.services import PageParts

PATH: Final = "/approve/"
_DECIDED: Final = {
    "approved": ("You agreed", "Tell the agent to go on: it can do this now. You can close this page."),
    "denied": ("You said no", "The agent was told. You can close this page."),
    "used": ("This was done", "You agreed, and the agent has done it. You can close this page."),
}
_OTHERS: Final = "This was asked about another Telnyx account than the one that you showed."


class Problem(BaseModel):
    text: str


@dataclass(frozen=True)
class ApproveServices(PageParts):
    """What the page works with. `signs_in` says whether people can prove their account by signing in at Telnyx."""

    settings: Settings
    store: Store
    approvals: Approvals
    proof: Proof
    secret: Secret = field(repr=False)
    signs_in: bool = False


def approve_routes(services: ApproveServices) -> list[Route]:
    """The page, below `/approve/`. Its form proves the account, or submits the decision."""
    page, guard = ApprovePage(services), PageGuard(services)
    path = PATH + "{id}"
    return [
        Route(path, guard(page.show), methods=["GET"]),
        Route(path, guard(page.submit), methods=["POST"]),
    ]


@dataclass(frozen=True)
class ApprovePage:
    """Shows an approval to a browser that proved the account which it is about, and takes the decision."""

    services: ApproveServices

    async def show(self, request: Request) -> Response:
        services, browser = self.services, self.services.browsers.of(request)
        approval = await services.approvals.find(_id(request))
        if approval is None:
            return self._over()
        account = await services.sessions.account(browser)
        problem = services.sealed_forms.open(browser, PATH, request.query_params.get("again", ""), Problem)
        if account != approval.principal:
            other = Problem(text=_OTHERS) if account is not None and problem is None else problem
            return self._page(
                browser, "approve_prove.html", approval, problem=other, proof=services.proof, sign_in=services.signs_in
            )
        if approval.state != "pending":
            title, text = _DECIDED[approval.state]
            return services.pages.problem(200, title, text)
        shown = {"agent": agent(approval), "deed": deed(approval), "arguments": list(arguments(approval))}
        return self._page(browser, "approve.html", approval, **shown)

    async def submit(self, request: Request) -> Response:
        services, browser = self.services, self.services.browsers.of(request)
        form = await request.form()
        approval = await services.approvals.find(_id(request))
        if approval is None:
            return self._over()
        if not services.browsers.proves(browser, _purpose(approval), str(form.get("token"))):
            return services.pages.forged()
        here = f"{PATH}{approval.id}"
        if "decision" not in form:
            return await self._proved(request, browser, approval, here)
        if await services.sessions.account(browser) != approval.principal:
            return services.pages.forged()
        await self._decide(approval, str(form.get("decision")))
        return services.pages.redirect(here)

    async def _proved(self, request: Request, browser: Browser, approval: Approval, here: str) -> Response:
        """Check the proof that was entered; redirects to the page either way."""
        services = self.services
        try:
            account = await services.proof.prove(await request.form(), request)
        except NotProved as error:
            return self._again(browser, here, str(error))
        if account != approval.principal:
            return self._again(browser, here, _OTHERS)
        response = services.pages.redirect(here)
        await services.sessions.enter(browser, account, response)
        return response

    def _again(self, browser: Browser, here: str, text: str) -> Response:
        again = self.services.sealed_forms.seal(browser, PATH, Problem(text=text))
        return self.services.pages.redirect(f"{here}?{urlencode({'again': again})}")

    async def _decide(self, approval: Approval, decision: str) -> None:
        """Record the decision. An earlier one, from another tab or another answer, stays."""
        if decision == "deny":
            await self.services.approvals.decide(approval, "denied")
        for extent in get_args(Extent):
            if decision == extent:
                await self.services.approvals.decide(approval, "approved", extent)

    def _over(self) -> Response:
        text = "It was decided, took longer than fifteen minutes, or never was. The agent can ask again."
        return self.services.pages.problem(410, "There is nothing to decide here", text)

    def _page(self, browser: Browser, template: str, approval: Approval, **values: Any) -> Response:
        token = self.services.browsers.token(browser, _purpose(approval))
        response = self.services.pages.page(template, 200, token=token, approval=approval, **values)
        self.services.browsers.remember(browser, response)
        return response


def _id(request: Request) -> str:
    return str(request.path_params["id"])


def _purpose(approval: Approval) -> str:
    """The purpose of the form's token. With the nonce, a form decides only the question that it was shown with, and no
    later one about the same call."""
    return f"{PATH}{approval.id}/{approval.nonce}"
