"""Rules as a person lays them down in a browser: with the keyboard alone, without scripts, on a small screen."""

from typing import Literal

import pytest
from playwright.async_api import Browser, Page, expect
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route
from tests.browser.agent import connected
from tests.browser.person import Person
from tests.browser.test_pages import AXE, CHECK, asking
from tests.e2e.processes import Server
from tests.server.serving import serving

SCRIPT = AXE.read_text()
OPENED = "for (const each of document.querySelectorAll('details')) each.open = true"


async def _arrived(_: Request) -> Response:
    return HTMLResponse("Back at the agent")


async def walk_to(page: Page, name: str) -> None:
    """Press Tab until the focus is on the part with this name."""
    labelled = page.get_by_label(name, exact=True)
    wanted = (labelled if await labelled.count() else page.get_by_text(name, exact=True)).first
    for _ in range(120):
        if await wanted.evaluate("each => each === document.activeElement"):
            return
        await page.keyboard.press("Tab")
    raise AssertionError(f"No way to {name} with the keyboard")


async def test_limits_are_chosen_and_rules_laid_down_with_the_keyboard_alone(server: Server, person: Person) -> None:
    page, keys = person.page, person.page.keyboard
    async with serving(Starlette(routes=[Route("/callback", _arrived)])) as agent:
        await person.open(await asking(server, callback=f"{agent}/callback"))
        await walk_to(page, "messages a day")
        await keys.press("Control+A")
        await keys.type("12")
        await walk_to(page, "More limits, and when it asks")
        await keys.press("Enter")
        await walk_to(page, "Countries that may be reached")
        await keys.type("us")
        await walk_to(page, "API key")
        await keys.type(person.key)
        await keys.press("Enter")
        await expect(page.get_by_text("Back at the agent")).to_be_visible()
    await page.goto(f"{server.base_url}/account")
    await walk_to(page, "Change the rules")
    await keys.press("Enter")
    await walk_to(page, "Deleting for the account")
    await keys.type("runs")
    await walk_to(page, "Save the rules")
    await keys.press("Enter")
    await expect(page.get_by_text("deleting runs")).to_be_visible()


@pytest.mark.parametrize(("scheme", "width"), [("light", 320), ("dark", 1280)])
async def test_opened_forms_of_rules_fit_every_screen_and_axe_finds_nothing_in_them(
    server: Server, chromium: Browser, person: Person, scheme: Literal["light", "dark"], width: int
) -> None:
    async with await chromium.new_context(color_scheme=scheme, viewport={"width": width, "height": 700}) as context:
        page = await context.new_page()
        await page.goto(await asking(server))
        await _check(page, width)
        async with connected(server.url, person.by_key):
            await page.goto(f"{server.base_url}/account")
            await page.get_by_label("The API key that you linked").fill(person.key)
            await page.keyboard.press("Enter")
            await expect(page.get_by_text("100 messages a day")).to_be_visible()
            await _check(page, width)


async def _check(page: Page, width: int) -> None:
    await page.evaluate(OPENED)
    assert await page.evaluate("document.documentElement.scrollWidth") <= width
    await page.evaluate(SCRIPT)
    assert await page.evaluate(CHECK) == []
