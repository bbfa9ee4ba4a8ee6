"""The owner's phone as a person sets it up in a browser: a code is sent to it, entered, and the number forgotten."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Literal

import httpx2
import pytest
from playwright.async_api import Browser, Page, expect
from tests.browser import agent
from tests.browser.person import Person
from tests.browser.test_pages import AXE, CHECK
from tests.browser.test_rules import walk_to
from tests.e2e.clients import Sandbox, call, connected, headers
from tests.e2e.processes import Server

NUMBER, MASKED = "+12025554711", "+12…11"
CODE_LABEL = "The code in the text that was sent to you"
SCRIPT = AXE.read_text()


class Phone:
    """The owner's phone, as far as one reads texts on it."""

    def __init__(self, sandbox: Sandbox, telnyx: httpx2.AsyncClient) -> None:
        self._sandbox = sandbox
        self._telnyx = telnyx

    async def code(self) -> str:
        """The code in the newest text."""
        await self._sandbox.advance(60)
        query = {"filter[record_type]": "messaging", "filter[direction]": "outbound"}
        records = (await self._telnyx.get("/detail_records", params=query)).json()["data"]
        texts = [(await self._telnyx.get(f"/messages/{each['uuid']}")).json()["data"] for each in records]
        newest = max((each for each in texts if each["to"][0]["phone_number"] == NUMBER), key=lambda m: m["sent_at"])
        found = re.search(r"\b(\d{6})\b", newest["text"])
        assert found is not None
        return found[1]


@asynccontextmanager
async def phone_of(server: Server, person: Person) -> AsyncIterator[Phone]:
    """The phone of somebody whose account has an agent, and a profile whose messages are told to the server."""
    async with agent.connected(server.url, person.to_use):
        pass
    async with (
        connected(f"{server.url}?surface=full", person.key) as client,
        Sandbox.behind(client) as sandbox,
    ):
        (profile,) = (await call(client, "list_messaging_profiles"))["items"]
        await call(client, "set_up_webhooks", messaging_profile_id=profile["id"])
        telnyx = (await call(client, "get_server_info"))["telnyx_api"]
        async with httpx2.AsyncClient(base_url=telnyx, headers=headers(person.key)) as http:
            yield Phone(sandbox, http)


async def test_a_number_is_shown_to_be_the_owners_and_forgotten_with_the_keyboard_alone(
    server: Server, person: Person
) -> None:
    page, keys = person.page, person.page.keyboard
    async with phone_of(server, person) as phone:
        await page.goto(f"{server.base_url}/account")
        await walk_to(page, "Have agents' questions sent to your phone")
        await keys.press("Enter")
        alert, number = page.get_by_role("alert"), page.get_by_label("Your number, with its country code")
        await expect(number).to_be_visible()
        await walk_to(page, "Your number, with its country code")
        await keys.type("12025554711")
        await keys.press("Enter")
        await expect(alert).to_be_focused()
        await expect(number).to_have_attribute("aria-invalid", "true")
        await expect(number).to_have_accessible_description(await alert.inner_text())
        await walk_to(page, "Your number, with its country code")
        await keys.type("+1 (202) 555-4711")
        await keys.press("Enter")
        await expect(page.get_by_label(CODE_LABEL)).to_be_visible()
        code = await phone.code()
        await walk_to(page, CODE_LABEL)
        await keys.type("000000" if code != "000000" else "000001")
        await keys.press("Enter")
        await expect(alert).to_contain_text("not the code")
        await expect(page.get_by_label(CODE_LABEL)).to_have_accessible_description(await alert.inner_text())
        await walk_to(page, CODE_LABEL)
        await keys.type(code)
        await keys.press("Enter")
        await expect(page.get_by_text(f"Questions go to {MASKED}.")).to_be_visible()
        assert NUMBER not in await page.content()
        sent: list[str] = []
        page.on("request", lambda request: sent.append(request.method))
        await page.reload()
        assert "POST" not in sent
        await walk_to(page, "Ask me by text no more")
        await keys.press("Enter")
        await expect(page.get_by_text("Questions go to")).not_to_be_visible()


@pytest.mark.parametrize(("scheme", "width"), [("light", 320), ("dark", 1280)])
async def test_the_page_fits_every_screen_and_axe_finds_nothing_on_it_whatever_it_shows(
    server: Server, chromium: Browser, person: Person, scheme: Literal["light", "dark"], width: int
) -> None:
    async with (
        phone_of(server, person) as phone,
        await chromium.new_context(color_scheme=scheme, viewport={"width": width, "height": 700}) as context,
    ):
        page = await context.new_page()
        await page.goto(f"{server.base_url}/account")
        await page.get_by_label("The API key that you linked").fill(person.key)
        await page.keyboard.press("Enter")
        await page.get_by_role("link", name="Have agents' questions sent to your phone").click()
        await _check(page, width)
        await page.get_by_label("Your number, with its country code").fill("nobody")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("alert")).to_be_visible()
        await _check(page, width)
        await page.get_by_label("Your number, with its country code").fill(NUMBER)
        await page.keyboard.press("Enter")
        await expect(page.get_by_label(CODE_LABEL)).to_be_visible()
        await _check(page, width)
        await page.get_by_label(CODE_LABEL).fill(await phone.code())
        await page.get_by_role("button", name="This number is mine").click()
        await expect(page.get_by_text(f"Questions go to {MASKED}.")).to_be_visible()
        await _check(page, width)


async def test_nobody_sees_or_changes_a_number_who_has_not_proved_the_account(server: Server, person: Person) -> None:
    await person.page.goto(f"{server.base_url}/account/phone")
    await expect(person.page.get_by_role("button", name="Show the agents")).to_be_visible()
    async with httpx2.AsyncClient(base_url=server.base_url) as http:
        answer = await http.post("/account/phone", data={"action": "send", "number": NUMBER})
    assert answer.status_code == 403


async def _check(page: Page, width: int) -> None:
    assert await page.evaluate("document.documentElement.scrollWidth") <= width
    await page.evaluate(SCRIPT)
    assert await page.evaluate(CHECK) == []
