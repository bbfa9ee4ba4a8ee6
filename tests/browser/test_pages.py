"""The pages as a browser treats them: in frames, by keyboard, on a small screen."""

from pathlib import Path
from typing import Literal
from urllib.parse import urlencode

import httpx2
import pytest
from playwright.async_api import Browser, Page, ViewportSize, expect
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route
from tests.browser.agent import connected
from tests.browser.conftest import ADDRESSES
from tests.browser.person import Person
from tests.e2e.processes import Server
from tests.server.serving import serving

CALLBACK = "http://127.0.0.1:9/callback"


async def asking(server: Server, name: str = "Example Agent", callback: str = CALLBACK) -> str:
    """The address of an authorization request by a client that has just registered, from an address of its own."""
    address = {"X-Forwarded-For": f"203.0.114.{next(ADDRESSES)}"}
    async with httpx2.AsyncClient(base_url=server.base_url, headers=address) as http:
        metadata = {"redirect_uris": [callback], "client_name": name, "token_endpoint_auth_method": "none"}
        registered = (await http.post("/oauth/register", json=metadata)).json()
    query = {
        "response_type": "code",
        "client_id": registered["client_id"],
        "redirect_uri": callback,
        "scope": "messaging.write numbers.write billing.read account_management.write",
        "code_challenge": "c" * 43,
        "code_challenge_method": "S256",
    }
    return f"{server.base_url}/oauth/authorize?{urlencode(query)}"


@pytest.mark.parametrize("path", ["/link?request=x", "/account"])
async def test_another_site_cannot_show_a_page_in_a_frame(server: Server, person: Person, path: str) -> None:
    async def show(_: Request) -> Response:
        return HTMLResponse(f'<iframe src="{server.base_url}{path}"></iframe>')

    async with serving(Starlette(routes=[Route("/", show)])) as site:
        await person.page.goto(site)
        frame = person.page.frames[1]
        assert frame.url.startswith("chrome-error:")


async def test_another_site_cannot_send_the_form_for_a_person(server: Server, person: Person) -> None:
    await person.open(await asking(server))
    request_id = await person.page.locator("input[name=request]").get_attribute("value")
    token = await person.page.locator("input[name=token]").get_attribute("value")

    async def show(_: Request) -> Response:
        fields = {"request": request_id, "token": token, "action": "key", "api_key": person.key, "ends": "never"}
        inputs = "".join(f'<input name="{name}" value="{value}">' for name, value in fields.items())
        form = f'<form method="post" action="{server.base_url}/link">{inputs}<button>Win a prize</button></form>'
        return HTMLResponse(form)

    async with serving(Starlette(routes=[Route("/", show)])) as site:
        await person.page.goto(site.replace("127.0.0.1", "localhost"))
        async with person.page.expect_response("**/link") as answered:
            await person.press("Win a prize")
        assert (await answered.value).status == 403


async def test_the_enter_key_connects_with_the_key_that_was_typed(server: Server, person: Person) -> None:
    await person.open(await asking(server))
    await person.page.get_by_label("API key", exact=True).fill(person.key)
    async with person.page.expect_request(f"{CALLBACK}?*") as sent:
        await person.page.keyboard.press("Enter")
    assert "code=" in (await sent.value).url


async def test_a_key_is_typed_unseen_and_is_not_there_after_a_mistake(server: Server, person: Person) -> None:
    await person.open(await asking(server))
    field = person.page.get_by_label("API key", exact=True)
    assert await field.get_attribute("type") == "password"
    await field.fill("KEY_wrong")
    await person.press("Connect with this key")
    assert "Telnyx does not accept this API key" in await person.page.get_by_role("alert").inner_text()
    assert await field.input_value() == ""
    assert "KEY_wrong" not in person.page.url


@pytest.mark.parametrize("width", [320, 1280])
async def test_no_page_has_to_be_scrolled_sideways(server: Server, chromium: Browser, width: int) -> None:
    async with await chromium.new_context(viewport={"width": width, "height": 700}) as context:
        page = await context.new_page()
        for url in (await asking(server, "A" * 100), f"{server.base_url}/account", f"{server.base_url}/link?request=x"):
            await page.goto(url)
            assert await page.evaluate("document.documentElement.scrollWidth") <= width


async def test_every_input_has_a_label_and_the_pages_load_nothing_from_elsewhere(
    server: Server, chromium: Browser
) -> None:
    async with await chromium.new_context() as context:
        page = await context.new_page()
        loaded: list[str] = []
        page.on("request", lambda request: loaded.append(request.url))
        await page.goto(await asking(server))
        unnamed = (
            "[...document.querySelectorAll('input:not([type=hidden])')].filter(i => !i.labels.length && !i.ariaLabel)"
        )
        assert await page.evaluate(f"{unnamed}.length") == 0
        assert all(url.startswith(server.base_url) for url in loaded)


PHONE = ViewportSize(width=390, height=844)


async def test_on_a_phone_the_buttons_and_an_error_are_in_view_and_the_error_has_the_focus(
    server: Server, chromium: Browser
) -> None:
    async with await chromium.new_context(viewport=PHONE, java_script_enabled=False) as context:
        page = await context.new_page()
        await page.goto(await asking(server))
        connect, key = (
            page.get_by_role("button", name="Connect with this key"),
            page.get_by_label("API key", exact=True),
        )
        for part in (connect, page.get_by_role("button", name="Cancel"), page.get_by_role("button", name="Sign in")):
            await expect(part).to_be_in_viewport(ratio=1)
        await key.fill("KEY_wrong")
        await connect.click()
        alert = page.get_by_role("alert")
        for part in (alert, connect):
            await expect(part).to_be_in_viewport(ratio=1)
        await expect(alert).to_be_focused()
        await expect(key).to_have_attribute("aria-invalid", "true")
        await expect(key).to_have_accessible_description(await alert.inner_text())


async def test_one_product_is_chosen_in_three_actions_and_reloading_sends_nothing(
    server: Server, person: Person
) -> None:
    await person.open(await asking(server))
    page = person.page
    await page.get_by_label("API key", exact=True).fill("KEY_wrong")
    await page.get_by_text("Products:").click()
    await page.get_by_label("Messaging", exact=False).first.check()
    assert await page.get_by_text("only the ticked ones").is_visible()
    await person.press("Connect with this key")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method))
    await page.reload()
    assert "POST" not in sent
    assert await page.get_by_label("Messaging", exact=False).first.is_checked()


async def test_back_after_connecting_says_that_it_is_over(server: Server, person: Person) -> None:
    async with serving(Starlette(routes=[Route("/callback", _arrived)])) as agent:
        await person.by_key(await asking(server, callback=f"{agent}/callback"))
        await expect(person.page.get_by_text("Back at the agent")).to_be_visible()
        await person.page.go_back()
        assert "answered already" in await person.page.inner_text("main")


async def _arrived(_: Request) -> Response:
    return HTMLResponse("Back at the agent")


AXE = Path(__file__).parents[1] / "node/node_modules/axe-core/axe.min.js"
CHECK = "async () => (await axe.run()).violations.map(each => [each.id, ...each.nodes.map(node => node.html)])"


@pytest.fixture
async def acted(server: Server, person: Person) -> Person:
    """Somebody with an agent that sent a text, was kept from a deletion, and looked at what there is."""
    async with connected(server.url, person.to_use) as client:
        await client.call_tool("list_messaging_profiles", {})
        await client.call_tool("send_message", {"from_number": "+12025550101", "to": "+12025550123", "text": "Hello"})
        await client.call_tool("delete_messaging_profile", {"messaging_profile_id": "1"})
    return person


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing_on_any_page(
    server: Server, chromium: Browser, acted: Person, scheme: Literal["light", "dark"]
) -> None:
    async with await chromium.new_context(color_scheme=scheme) as context:
        page = await context.new_page()
        first = ("/", "/account", "/link?request=over", "/approve/over")
        for url in (*(f"{server.base_url}{path}" for path in first), await asking(server)):
            await page.goto(url)
            await _check(page)
        await _prove(page, server, acted.key)
        await expect(page.get_by_role("button", name="End this connection")).to_be_visible()
        await page.get_by_text("Change what it may do").click()
        await _check(page)
        await page.goto(f"{server.base_url}/account/activity?reads=1")
        await _check(page)
        for shown in ("send_message to +12…23", "delete_messaging_profile", "list_messaging_profiles"):
            await expect(page.get_by_role("heading", name=shown)).to_be_visible()


async def _check(page: Page) -> None:
    await page.evaluate(AXE.read_text())
    assert await page.evaluate(CHECK) == [], page.url


async def _prove(page: Page, server: Server, key: str) -> None:
    await page.goto(f"{server.base_url}/account")
    await page.get_by_label("The API key that you linked").fill(key)
    await page.get_by_role("button", name="Show the agents").click()


async def test_what_two_tabs_do_with_one_connection_ends_well_and_so_do_back_and_reload(
    server: Server, acted: Person
) -> None:
    page, other = acted.page, await acted.context.new_page()
    for tab in (page, other):
        await tab.goto(f"{server.base_url}/account")
    await page.get_by_role("button", name="End this connection").click()
    await expect(page.get_by_text("No agent is connected")).to_be_visible()
    await other.get_by_text("Change what it may do").click()
    await other.get_by_role("button", name="Save what").click()
    await expect(other.get_by_text("No agent is connected")).to_be_visible()
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method))
    await page.go_back()
    await page.reload()
    await expect(page.get_by_text("No agent is connected")).to_be_visible()
    assert "POST" not in sent


async def test_leaving_in_one_tab_ends_well_in_the_other(server: Server, acted: Person) -> None:
    page, other = acted.page, await acted.context.new_page()
    for tab in (page, other):
        await tab.goto(f"{server.base_url}/account")
    await page.get_by_role("button", name="Leave this page").click()
    await expect(page.get_by_role("button", name="Show the agents")).to_be_visible()
    await other.get_by_role("button", name="End this connection").click()
    await expect(other.get_by_role("heading", name="This form cannot be used")).to_be_visible()
    await other.goto(f"{server.base_url}/account/activity")
    await expect(other.get_by_role("button", name="Show the agents")).to_be_visible()


async def test_a_link_that_is_over_says_so_and_where_to_begin(server: Server, person: Person) -> None:
    await person.page.goto(f"{server.base_url}/link?request=over")
    assert "again" in (await person.page.inner_text("main")).lower()


async def test_a_second_tab_answers_for_its_own_client(server: Server, person: Person) -> None:
    first, second = await asking(server, "First"), await asking(server, "Second")
    await person.open(first)
    other = await person.context.new_page()
    await other.goto(second)
    await person.page.get_by_label("API key", exact=True).fill(person.key)
    async with person.page.expect_request(f"{CALLBACK}?*") as sent:
        await person.press("Connect with this key")
    assert "code=" in (await sent.value).url
    await other.reload()
    assert "Second" in await other.inner_text("h1")


async def test_what_is_shown_to_be_copied_is_copied_where_the_browser_lets_a_page(
    server: Server, chromium: Browser
) -> None:
    async with await chromium.new_context(permissions=["clipboard-read", "clipboard-write"]) as context:
        page = await context.new_page()
        await page.goto(f"{server.base_url}/")
        await page.get_by_role("button", name="Copy").first.click()
        await expect(page.get_by_role("button", name="Copied").or_(page.get_by_text("Copied")).first).to_be_visible()
        assert await page.evaluate("navigator.clipboard.readText()") == f"{server.base_url}/v2/mcp"
