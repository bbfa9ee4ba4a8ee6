"""People with browsers at the linking pages, and a stand-in for the authorization server's answers."""

import re
from contextlib import AsyncExitStack
from dataclasses import dataclass
from html import unescape
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx2

from telnyx_remote_mcp.auth.api_keys import ApiKeys
from telnyx_remote_mcp.auth.authorization_server.pending import AskingClient, Gone, Pending, PendingRequests
from telnyx_remote_mcp.auth.grant import Grant
from telnyx_remote_mcp.auth.grants import Grants
from telnyx_remote_mcp.store.base import Store
from telnyx_remote_mcp.store.vault import Vault
from telnyx_remote_mcp.web.linking.services import Services

KEY = "KEY_sandbox_person"
CALLBACK = "https://agent.example.com/callback"
READS = ("billing.read", "messaging.read", "numbers.read")
WRITES = ("billing.read", "messaging.write", "numbers.write")
CLIENT = AskingClient("client-1", "Agent", "agent.example.com", True, False, CALLBACK)


class Answers:
    """Answers requests as the authorization server does, with the grant's id for a code that is redeemed at once."""

    def __init__(self, store: Store, vault: Vault, grants: Grants) -> None:
        self.requests = PendingRequests(store, vault)
        self.grants = grants

    async def ask(self, client: AskingClient = CLIENT, scopes: tuple[str, ...] = WRITES) -> Pending:
        """A client's request that waits for a person."""
        parameters = (("state", "st"), ("code_challenge", "c" * 43))
        return await self.requests.add(client, scopes, "https://mcp.example.com", parameters)

    async def pending(self, request_id: str) -> Pending | None:
        return await self.requests.get(request_id)

    async def approve(self, request_id: str, grant: Grant) -> str:
        url = await self._back(request_id, code=grant.id)
        await self.grants.begin(grant.id, 3_600)
        return url

    async def deny(self, request_id: str) -> str:
        return await self._back(request_id, error="access_denied")

    async def _back(self, request_id: str, **answer: str) -> str:
        pending = await self.requests.take(request_id)
        if pending is None:
            raise Gone
        return f"{pending.client.redirect_uri}?{urlencode({**answer, 'state': pending.state})}"


@dataclass
class Site:
    """The served pages and what is behind them."""

    url: str
    upstream: str
    answers: Answers
    grants: Grants
    keys: ApiKeys
    services: Services
    open: AsyncExitStack

    async def browser(self) -> "Person":
        """A browser without cookies."""
        return Person(await self.open.enter_async_context(httpx2.AsyncClient(base_url=self.url)))


@dataclass
class Person:
    """A browser that fills in forms: it sends what the page has, and what is given."""

    http: httpx2.AsyncClient

    async def open(self, request_id: str) -> httpx2.Response:
        return await self.http.get("/link", params={"request": request_id})

    async def submit(self, page: httpx2.Response, path: str = "/link", **fields: object) -> httpx2.Response:
        """Send the form; where it comes back, look at it again."""
        answered = await self.http.post(path, data={**filled(page.text, path), **fields})
        return await self.returned(answered)

    async def returned(self, answered: httpx2.Response) -> httpx2.Response:
        """The page to which an answer leads, where the form comes back."""
        to = answered.headers.get("location", "")
        return await self.http.get(to) if answered.status_code == 303 and "again=" in to else answered

    async def link(self, request_id: str, **fields: object) -> httpx2.Response:
        """Open the linking page and connect with the key."""
        return await self.submit(await self.open(request_id), **{"action": "key", "api_key": KEY, **fields})

    async def allow(self, left: httpx2.Response, **form: object) -> str:
        """Decide on Telnyx's consent page; the address to which it sends the browser back."""
        assert left.status_code == 303, left.text
        async with httpx2.AsyncClient() as telnyx:
            decided = await telnyx.post(left.headers["location"], data={"key": KEY, "decision": "allow", **form})
        return str(decided.headers["location"])

    async def at_telnyx(self, left: httpx2.Response, **form: object) -> httpx2.Response:
        """Decide on Telnyx's consent page, and come back."""
        return await self.returned(await self.http.get(await self.allow(left, **form)))

    async def enter_account(self, key: str = KEY) -> httpx2.Response:
        page = await self.http.get("/account")
        await self.submit(page, "/account", action="key", api_key=key)
        return await self.http.get("/account")


def filled(html: str, path: str = "") -> dict[str, object]:
    """What the form of a page, the first one for this path, would send without further input."""
    forms = re.findall(r"<form[^>]*>.*?</form>", html, re.DOTALL)
    html = next((form for form in forms if path and f'action="{path}"' in form), html)
    fields: dict[str, object] = {name: _selected(options) for name, options in _SELECT.findall(html)}
    many: dict[str, object] = {name: [] for name in MANY}
    for tag in re.findall(r"<input[^>]*>", html):
        given = {name: unescape(value) for name, value in re.findall(r'([a-z_]+)="([^"]*)"', tag)}
        if given["type"] in ("checkbox", "radio") and not tag.endswith(" checked>"):
            continue
        if given["name"] in MANY:
            many[given["name"]] = [*many[given["name"]], given["value"]]  # type: ignore[misc] # a list
        else:
            fields[given["name"]] = given.get("value", "")
    return {**fields, **many}


MANY = ("group", "read_only", "unusual")
"""The fields of which several can be ticked."""


_SELECT = re.compile(r'<select name="([a-z_]+)".*?>(.*?)</select>', re.DOTALL)


def _selected(options: str) -> str:
    chosen = re.search(r'value="([^"]*)" selected', options) or re.search(r'value="([^"]*)"', options)
    assert chosen is not None
    return chosen[1]


def answer(response: httpx2.Response) -> dict[str, str]:
    """What the client gets with the redirect to it."""
    assert response.status_code == 303, response.text
    assert response.headers["location"].startswith(CALLBACK + "?")
    return {name: values[0] for name, values in parse_qs(urlsplit(response.headers["location"]).query).items()}
