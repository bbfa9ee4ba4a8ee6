"""The page of a yes in a browser: over HTTP and over stdio, by keyboard alone, on a phone, in both schemes."""

import json
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Literal

import httpx2
import pytest
from mcp.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.client.streamable_http import streamable_http_client
from mcp_types import TextContent
from playwright.async_api import Browser, Page, ViewportSize, expect
from tests.browser.person import Person
from tests.browser.test_pages import AXE, CHECK, PHONE
from tests.e2e.processes import PROGRAM, Server, environment, served

from telnyx_remote_mcp.auth import passphrase

PASSPHRASE = "correct horse battery"
ABROAD = {"from_number": "+12025550101", "to": "+442079460001", "text": "Your appointment is confirmed. " * 40}


@pytest.fixture(scope="module")
def asker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with served(tmp_path_factory.mktemp("asker"), "--sandbox") as server:
        yield server


@asynccontextmanager
async def over_http(server: Server, key: str) -> AsyncIterator[Client]:
    async with (
        httpx2.AsyncClient(headers={"Authorization": f"Bearer {key}"}) as http,
        Client(streamable_http_client(f"{server.url}?surface=full", http_client=http)) as client,
    ):
        yield client


@asynccontextmanager
async def over_stdio(data_dir: Path) -> AsyncIterator[Client]:
    passphrase.keep(data_dir, PASSPHRASE)
    program = StdioServerParameters(command=PROGRAM, args=["stdio", "--sandbox"], env=environment(data_dir))
    async with Client(stdio_client(program)) as client:
        yield client


async def told(client: Client, tool: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """What the agent reads, whose client shows nothing."""
    (block,) = (await client.call_tool(tool, arguments)).content
    assert isinstance(block, TextContent)
    read: dict[str, Any] = json.loads(block.text)
    return read


async def link(client: Client) -> str:
    return str((await told(client, "send_message", ABROAD))["error"]["link"])


async def prove(page: Page, address: str, secret: str) -> None:
    """Open the link and prove to be there, with keys alone."""
    await page.goto(address)
    await page.keyboard.press("Tab")
    await page.keyboard.type(secret)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name="Yes, once")).to_be_visible()


async def focus(page: Page, button: str) -> None:
    """Move with the tabulator key to a button."""
    for _ in range(8):
        await page.keyboard.press("Tab")
        if await page.evaluate("document.activeElement.textContent") == button:
            return
    raise AssertionError(f"{button} is not reached by keyboard")


async def test_the_owner_decides_by_keyboard_alone_over_http(asker: Server, chromium: Browser, person: Person) -> None:
    async with await chromium.new_context() as context, over_http(asker, person.key) as client:
        page = await context.new_page()
        await prove(page, await link(client), person.key)
        main = await page.inner_text("main")
        assert re.search(r"to\s+\+442079460001", main)
        assert re.search(r"it costs\s+not known before", main)
        assert "is in GB, which is new here. (new country)" in main
        await focus(page, "Yes, this tool for an hour")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("heading", name="You agreed")).to_be_visible()
        assert (await told(client, "send_message", ABROAD))["error"]["code"] == "40309"  # Telnyx was asked
        assert (await told(client, "send_message", {**ABROAD, "to": "+33123456789"}))["error"]["code"] == "40309"


async def test_the_owner_decides_by_keyboard_alone_over_stdio(tmp_path: Path, chromium: Browser) -> None:
    async with await chromium.new_context(java_script_enabled=False) as context, over_stdio(tmp_path) as client:
        page = await context.new_page()
        await prove(page, await link(client), PASSPHRASE)
        assert await page.evaluate("document.querySelector('header img').naturalWidth") > 0
        await focus(page, "No")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("heading", name="You said no")).to_be_visible()
        assert (await told(client, "send_message", ABROAD))["error"]["code"] == "refused"


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing_and_nothing_is_scrolled_sideways(
    asker: Server, chromium: Browser, person: Person, scheme: Literal["light", "dark"]
) -> None:
    async with over_http(asker, person.key) as client:
        address = await link(client)
    size = ViewportSize(width=320, height=700)
    async with await chromium.new_context(color_scheme=scheme, viewport=size) as context:
        page = await context.new_page()
        await page.goto(address)
        await _is_well(page)
        await prove(page, address, person.key)
        await _is_well(page)


async def _is_well(page: Page) -> None:
    await page.evaluate(AXE.read_text())
    assert await page.evaluate(CHECK) == []
    assert await page.evaluate("document.documentElement.scrollWidth") <= 320


async def test_on_a_phone_yes_and_no_are_in_view_however_long_the_text_is(
    asker: Server, chromium: Browser, person: Person
) -> None:
    async with await chromium.new_context(viewport=PHONE) as context, over_http(asker, person.key) as client:
        page = await context.new_page()
        await prove(page, await link(client), person.key)
        for button in ("Yes, once", "No"):
            await expect(page.get_by_role("button", name=button, exact=True)).to_be_in_viewport(ratio=1)
