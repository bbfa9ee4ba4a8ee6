"""What keeps other sites, other people and unencrypted connections out of the pages."""

import re
from dataclasses import replace
from pathlib import Path

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.responses import Response
from tests.server.serving import serving
from tests.server.web.people import CLIENT, KEY, Person, Site, answer, filled

from telnyx_remote_mcp.auth.authorization_server.pending import AskingClient
from telnyx_remote_mcp.auth.dead_keys import DeadKeys
from telnyx_remote_mcp.settings import Settings
from telnyx_remote_mcp.store.base import StoreUnavailable
from telnyx_remote_mcp.store.sqlite.file import SqliteFile
from telnyx_remote_mcp.store.sqlite.store import SqliteStore
from telnyx_remote_mcp.web.linking.browser import Browsers
from telnyx_remote_mcp.web.linking.guard import FORMS_PER_MINUTE
from telnyx_remote_mcp.web.linking.pages import Pages
from telnyx_remote_mcp.web.linking.routes import linking_routes


def directives(response: httpx2.Response) -> dict[str, str]:
    policy = response.headers["content-security-policy"].split("; ")
    return {name: sources for name, _, sources in (directive.partition(" ") for directive in policy)}


def everything_in(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


async def pages(site: Site) -> list[httpx2.Response]:
    person = await site.browser()
    return [
        await person.open((await site.answers.ask()).id),
        await person.open("over"),
        await person.http.get("/account"),
        await person.enter_account(),
    ]


async def test_no_page_can_be_framed_cached_or_scripted(site: Site) -> None:
    for page in await pages(site):
        policy = directives(page)
        assert policy["frame-ancestors"] == "'none'"
        assert policy["default-src"] == "'none'"
        assert "script-src" not in policy
        assert page.headers["x-frame-options"] == "DENY"
        assert page.headers["cache-control"] == "no-store"
        assert page.headers["x-content-type-options"] == "nosniff"
        assert "<script" not in page.text


async def test_the_form_may_lead_to_the_client_and_to_telnyx_only(site: Site) -> None:
    page = await (await site.browser()).open((await site.answers.ask()).id)
    assert directives(page)["form-action"] == f"'self' https://agent.example.com {site.upstream.removesuffix('/v2')}"


@pytest.mark.parametrize(
    ("redirect_uri", "source"),
    [
        ("http://127.0.0.1:8123/cb", "http://127.0.0.1:8123"),
        ("https://*.telnyx.com", "https://*.telnyx.com"),
        ("http://[::1]:8123/cb", "http:"),
        ("cursor://anysphere.cursor-mcp/oauth/callback", "cursor:"),
        ("https://a.example;script-src/cb", "https:"),
        ("https://a.example *@b/cb", "https:"),
    ],
)
def test_a_redirect_uri_cannot_widen_the_policy(redirect_uri: str, source: str) -> None:
    response = Pages(sandbox=False).page("error.html", leads_to=[redirect_uri], title="", text="")
    assert directives(httpx2.Response(200, headers=dict(response.headers)))["form-action"] == f"'self' {source}"


async def test_a_form_of_another_site_or_another_request_is_refused(site: Site) -> None:
    person, attacker = await site.browser(), await site.browser()
    pending, other = await site.answers.ask(), await site.answers.ask()
    await person.open(pending.id)
    tokens = [
        "",
        "x" * 43,
        filled((await attacker.open(pending.id)).text)["token"],
        filled((await person.open(other.id)).text)["token"],
    ]
    for token in tokens:
        form = {"request": pending.id, "token": token, "action": "key", "api_key": KEY, "group": "messaging"}
        assert (await person.http.post("/link", data={**form, "ends": "never"})).status_code == 403
    assert await site.grants.of_account(site.keys.principal(KEY)) == []


async def test_a_form_without_the_cookie_is_refused(site: Site) -> None:
    person = await site.browser()
    page = await person.open((await site.answers.ask()).id)
    person.http.cookies.clear()
    assert (await person.submit(page, action="key", api_key=KEY)).status_code == 403


async def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(site: Site) -> None:
    page = await (await site.browser()).open((await site.answers.ask()).id)
    cookie = page.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "path=/" in cookie
    assert "domain" not in cookie


async def test_the_cookie_changes_when_an_account_is_proved(site: Site) -> None:
    person = await site.browser()
    page = await person.open((await site.answers.ask()).id)
    before = dict(person.http.cookies)
    assert (await person.submit(page, action="key", api_key=KEY)).status_code == 303
    after = dict(person.http.cookies)
    assert before.keys() == after.keys()
    assert before != after


async def test_a_person_is_sent_to_the_clients_own_address_whatever_the_form_says(site: Site) -> None:
    person = await site.browser()
    page = await person.open((await site.answers.ask()).id)
    response = await person.submit(page, action="key", api_key=KEY, redirect_uri="https://evil.example/")
    assert answer(response)["state"] == "st"


async def test_forms_are_limited_by_address(site: Site) -> None:
    person = await site.browser()
    responses = [await person.http.post("/link", data={}) for _ in range(FORMS_PER_MINUTE + 1)]
    assert [response.status_code for response in responses] == [403] * FORMS_PER_MINUTE + [429]
    assert int(responses[-1].headers["retry-after"]) >= 1


async def test_over_https_the_cookie_is_a_host_cookie_and_plain_http_is_refused(site: Site, tmp_path: Path) -> None:
    settings = Settings(public_url="https://mcp.example.com", data_dir=tmp_path)
    pending = await site.answers.ask()
    app = Starlette(routes=linking_routes(replace(site.services, settings=settings)))
    async with serving(app) as url, httpx2.AsyncClient(base_url=url, headers={"Host": "mcp.example.com"}) as http:
        page = await Person(http).open(pending.id)
        cookie = page.headers["set-cookie"]
        assert cookie.startswith("__Host-")
        assert "Secure" in cookie
        assert "mcp.example.com/account" in page.text
        plain = await http.get("/link", params={"request": pending.id}, headers={"X-Forwarded-Proto": "http"})
        assert plain.status_code == 400
        assert "<form" not in plain.text


async def test_a_server_without_https_serves_its_pages_to_this_machine_only(site: Site) -> None:
    person = await site.browser()
    assert (await person.http.get("/account")).status_code == 200
    refused = await person.http.get("/account", headers={"Host": "mcp.example.com"})
    assert refused.status_code == 400
    assert "<form" not in refused.text


async def test_the_key_stays_out_of_the_store(site: Site, tmp_path: Path) -> None:
    person = await site.browser()
    local = AskingClient("client-3", "Local", "127.0.0.1", False, True, CLIENT.redirect_uri)
    await person.link((await site.answers.ask(local)).id)
    kept = everything_in(tmp_path)
    assert KEY.encode() not in kept
    assert person.http.cookies["telnyx-mcp"].encode() not in kept


@pytest.mark.parametrize(
    ("secure", "base_path", "cookie"),
    [
        (True, "", "__Host-telnyx-mcp=; Path=/; Secure"),
        (True, "/telnyx", "__Secure-telnyx-mcp=; Path=/telnyx; Secure"),
        (False, "", "telnyx-mcp=; Path=/"),
    ],
)
def test_the_cookie_belongs_to_the_server_alone(secure: bool, base_path: str, cookie: str) -> None:
    browsers, response = Browsers(b"k" * 32, secure=secure, base_path=base_path), Response()
    browsers.remember(browsers.new(), response)
    header = re.sub(r"=[A-Za-z0-9_-]{43};", "=;", response.headers["set-cookie"])
    assert header.startswith(cookie.partition(";")[0])
    assert {part.strip() for part in cookie.split(";")} <= {part.strip() for part in header.split(";")}
    assert "HttpOnly" in header


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/link?request={request}"),
        ("POST", "/link"),
        ("GET", "/account"),
        ("POST", "/account/rules"),
        ("POST", "/account/revoke"),
        ("GET", "/account/activity"),
    ],
)
async def test_without_the_store_every_page_says_when_to_come_again(
    site: Site, monkeypatch: pytest.MonkeyPatch, method: str, path: str
) -> None:
    async def away(*_: object, **__: object) -> list[object]:
        raise StoreUnavailable

    person, pending = await site.browser(), await site.answers.ask()
    page = await person.open(pending.id)
    account = await person.enter_account()
    form = filled((page if path == "/link" else account).text, path)
    monkeypatch.setattr(SqliteFile, "run", away)
    said = await person.http.request(method, path.format(request=pending.id), data=form or None)
    assert (said.status_code, "retry-after" in said.headers) == (503, True)


async def test_without_the_store_no_key_is_proved(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = SqliteStore(tmp_path / "calls.db")
    site.keys._dead_keys = DeadKeys(store)

    async def away(*_: object) -> bytes | None:
        raise StoreUnavailable

    monkeypatch.setattr(store, "get", away)
    person = await site.browser()
    page = await person.open((await site.answers.ask()).id)
    said = await person.submit(page, action="key", api_key=KEY)
    assert (said.status_code, "retry-after" in said.headers) == (503, True)
