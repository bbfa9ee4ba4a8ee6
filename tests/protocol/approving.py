"""Clients of every kind, and the person behind them, who answers what they are asked."""

import ssl
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Literal

import httpx2
import mcp_types as types
from mcp.client import Client
from mcp.client.session import ClientSession
from tests.server.web.people import filled

FORMS = types.ElicitationCapability(form=types.FormElicitationCapability())
PAGES = types.ElicitationCapability(url=types.UrlElicitationCapability())
CLIENTS = {
    "apps": types.ClientCapabilities(extensions={"io.modelcontextprotocol/ui": {"mimeTypes": ["text/html"]}}),
    "forms": types.ClientCapabilities(elicitation=FORMS),
    "none": types.ClientCapabilities(),
    "pages": types.ClientCapabilities(elicitation=PAGES),
}
"""What each kind of client declares: MCP Apps as Claude Desktop, forms as Claude Code, nothing, pages."""
TLS = ssl.create_default_context()
"""Made once: it takes longer than a call."""
Word = Literal["once", "deny"]


class Agent(Client):
    """A client that declares what it is told to."""

    declared: types.ClientCapabilities

    async def _build_session(self, exit_stack: AsyncExitStack) -> ClientSession:
        session = await super()._build_session(exit_stack)
        session._build_capabilities = lambda version: self.declared  # type: ignore[method-assign]  # the SDK has no other way
        return session


@dataclass
class Owner:
    """The person: says the same to all that they are asked, in a form or on the page, which they prove to be theirs."""

    secret: str
    browser: httpx2.AsyncClient
    base: str | None
    """Where the browser of this test reaches the pages whose links name another port; None for links as they are."""
    word: Word = "once"
    wakes: Callable[[], None] | None = None
    """What happens when they say yes too late; asked anew, they say no."""
    heard: list[str] = field(default_factory=list)

    async def __call__(self, context: object, params: types.ElicitRequestParams) -> types.ElicitResult:
        self.heard.append(params.message)
        word = self.word
        if isinstance(params, types.ElicitRequestURLParams):
            await self.decide(params.url)
            return types.ElicitResult(action="accept")
        self._wake()
        if word == "deny":
            return types.ElicitResult(action="decline")
        return types.ElicitResult(action="accept", content={"answer": "Yes, once"})

    async def decide(self, link: str) -> str:
        """Open the link, prove whose it is, and decide; the page at the end of it."""
        page = self.page(link)
        shown = await self.browser.get(page)
        if 'name="secret"' in shown.text:
            shown = await self.browser.post(page, data={**filled(shown.text), "secret": self.secret})
        decided = await self.browser.post(page, data={**filled(shown.text), "decision": self.word})
        self._wake()
        return decided.text

    def _wake(self) -> None:
        if self.wakes is not None:
            self.wakes()
            self.wakes, self.word = None, "deny"

    def page(self, link: str) -> str:
        return link if self.base is None else f"{self.base}/approve/{link.rpartition('/approve/')[2]}"
