"""A server below a path, behind a proxy that takes the path off: a client finds everything and signs in."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from mcp.client.auth import AuthorizationCodeResult, OAuthClientProvider
from mcp.shared.auth import OAuthClientMetadata
from pydantic import AnyUrl
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from tests.server.auth.oauth.replica import CALLBACK, KEY, running
from tests.server.serving import serving
from tests.server.web.people import Person
from tests.token_storage import TokenMemory

pytestmark = pytest.mark.anyio

PREFIX = "/telnyx"


@dataclass
class Proxy:
    """Passes on what is below the prefix without it and, as it may be set, the well-known places as they are."""

    passes_well_known: bool = True
    app: ASGIApp = field(default_factory=lambda: PlainTextResponse("not ready", 503))
    seen: list[str] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path: str = scope["path"]
        self.seen.append(path)
        if path.startswith(f"{PREFIX}/"):
            inner = path.removeprefix(PREFIX)
            await self.app({**scope, "path": inner, "raw_path": inner.encode()}, receive, send)
        elif path.startswith("/.well-known/") and self.passes_well_known:
            await self.app(scope, receive, send)
        else:
            await PlainTextResponse("elsewhere", 404)(scope, receive, send)


@pytest.fixture
def proxy() -> Proxy:
    return Proxy()


@pytest.fixture
async def url(proxy: Proxy, tmp_path: Path) -> AsyncIterator[str]:
    async with serving(proxy) as outer, running(tmp_path, public_url=outer + PREFIX) as replica:
        proxy.app = replica.app
        yield outer + PREFIX


class Browser:
    """A person who follows the client's link, and connects."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.answer: dict[str, str] = {}
        self.cookies: list[str] = []

    async def open(self, url: str) -> None:
        async with httpx2.AsyncClient(base_url=self.url) as http:
            page = await http.get(url, follow_redirects=True)
            assert page.status_code == 200
            assert urlsplit(str(page.url)).path == f"{PREFIX}/link"
            assert 'action="/telnyx/link"' in page.text
            assert 'href="/telnyx/icon.svg"' in page.text
            back = await Person(http).submit(page, "/link", action="key", api_key=KEY)
            self.cookies = [f"{cookie.name} {cookie.path}" for cookie in http.cookies.jar]
            self.answer = {k: v[0] for k, v in parse_qs(urlsplit(back.headers["location"]).query).items()}
            account = await http.get("/account")
            assert 'action="/telnyx/account"' in account.text
            assert "forget me" in account.text

    async def callback(self) -> AuthorizationCodeResult:
        return AuthorizationCodeResult(code=self.answer["code"], state=self.answer["state"], iss=self.answer["iss"])


@pytest.mark.parametrize("passes_well_known", [True, False])
async def test_the_official_client_signs_in(url: str, proxy: Proxy, passes_well_known: bool) -> None:
    proxy.passes_well_known = passes_well_known
    browser, memory = Browser(url), TokenMemory()
    provider = OAuthClientProvider(
        f"{url}/mcp",
        OAuthClientMetadata(redirect_uris=[AnyUrl(CALLBACK)], client_name="Agent", token_endpoint_auth_method="none"),
        memory,
        browser.open,
        browser.callback,
    )
    async with httpx2.AsyncClient(auth=provider) as http:
        response = await http.post(f"{url}/mcp", json={})
    assert response.json()["key"] is True
    assert memory.tokens is not None
    assert browser.cookies == [f"telnyx-mcp {PREFIX}"]
    assert "/register" not in proxy.seen


@pytest.mark.parametrize(
    "place",
    [
        "/.well-known/oauth-authorization-server/telnyx",
        "/.well-known/openid-configuration/telnyx",
        "/telnyx/.well-known/openid-configuration",
        "/telnyx/.well-known/oauth-authorization-server",
    ],
)
async def test_the_metadata_is_wherever_clients_look(url: str, place: str) -> None:
    async with httpx2.AsyncClient() as http:
        found = (await http.get(url.removesuffix(PREFIX) + place)).json()
    assert found["issuer"] == url
    assert found["token_endpoint"] == f"{url}/oauth/token"
    if "openid" in place:
        assert found["subject_types_supported"] == ["public"]


@pytest.mark.parametrize("path", ["", "/mcp", "/v2/mcp", "/v2/mcp/apps/call-control/mcp"])
async def test_the_metadata_of_a_resource_is_in_both_forms(url: str, path: str) -> None:
    outer = url.removesuffix(PREFIX)
    async with httpx2.AsyncClient() as http:
        for place in (
            f"{outer}/.well-known/oauth-protected-resource{PREFIX}{path}",
            f"{url}/.well-known/oauth-protected-resource{path}",
        ):
            assert (await http.get(place)).json()["resource"] == f"{url}{path}"
