"""Takes the pictures of the pages in docs/images: python -m tests.browser.screenshots"""

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import urlencode

import anyio
import httpx2
from playwright.async_api import Browser, BrowserContext, Page, ViewportSize, async_playwright
from tests.browser.conftest import CHROMIUM
from tests.browser.inside import DOCUMENT, HOST, publishing, served

IMAGES = Path(__file__).parents[2] / "docs" / "images"
KEY = "KEY_sandbox_pictures"
NAME = "Example Agent"
HOSTED = {"client_name": NAME, "redirect_uris": [f"https://{HOST}/callback"]}
LOCAL = "http://127.0.0.1:9/callback"
WRITES = "messaging.write numbers.write verify.write billing.read account_management.read reporting.read"


@dataclass(frozen=True)
class Look:
    """How a page is looked at."""

    name: str
    scheme: Literal["light", "dark"]
    size: ViewportSize


LOOKS = (
    Look("desktop-light", "light", {"width": 1000, "height": 720}),
    Look("desktop-dark", "dark", {"width": 1000, "height": 720}),
    Look("phone-light", "light", {"width": 390, "height": 844}),
    Look("phone-dark", "dark", {"width": 390, "height": 844}),
)

FULL = (LOOKS[0], LOOKS[3])
"""The looks in which all pages are taken; the linking page is taken in every one."""


async def register(url: str) -> str:
    async with httpx2.AsyncClient(base_url=url) as http:
        metadata = {"redirect_uris": [LOCAL], "client_name": NAME, "token_endpoint_auth_method": "none"}
        client_id: str = (await http.post("/oauth/register", json=metadata)).json()["client_id"]
    return client_id


def asking(url: str, client_id: str, redirect_uri: str, scope: str) -> str:
    query = {
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": redirect_uri,
        "scope": scope,
        "code_challenge": "c" * 43,
        "code_challenge_method": "S256",
    }
    return f"{url}/oauth/authorize?{urlencode(query)}"


async def take(page: Page, name: str, look: Look) -> None:
    await page.screenshot(path=IMAGES / f"{name}-{look.name}.png", full_page=True)


async def link(context: BrowserContext, url: str, client_id: str) -> None:
    """Connect once with less than was asked for, and once with all of it."""
    for narrowed in (True, False):
        page = await context.new_page()
        await page.goto(asking(url, client_id, LOCAL, WRITES))
        if narrowed:
            await page.get_by_label("Read only").check()
            await page.get_by_label("Messaging").uncheck()
            await page.get_by_label("90 days").check()
        await page.get_by_label("API key", exact=True).fill(KEY)
        async with page.expect_request(f"{LOCAL}?*"):
            await page.keyboard.press("Enter")
        await page.close()


async def photograph(browser: Browser, url: str, look: Look) -> None:
    async with await browser.new_context(color_scheme=look.scheme, viewport=look.size) as context:
        page = await context.new_page()
        client_id = await register(url)
        await page.goto(asking(url, DOCUMENT, f"https://{HOST}/callback", WRITES))
        await take(page, "link", look)
        if look not in FULL:
            return
        await page.goto(asking(url, client_id, LOCAL, WRITES))
        await page.get_by_label("API key", exact=True).fill("KEY_mistyped")
        await page.keyboard.press("Enter")
        await page.get_by_role("alert").wait_for()
        await page.locator("summary").first.click()
        await take(page, "link-again", look)
        await link(context, url, client_id)
        await page.goto(f"{url}/account")
        await take(page, "account", look)
        await context.clear_cookies()
        await page.goto(f"{url}/account")
        await take(page, "prove", look)
        await page.goto(f"{url}/link?request=over")
        await take(page, "error", look)


async def main() -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-lcd-text"]
        )
        for look in LOOKS:
            with tempfile.TemporaryDirectory() as folder:
                async with publishing(Path(folder), HOSTED) as fetch, served(Path(folder), fetch) as url:
                    await photograph(browser, url, look)
        await browser.close()


if __name__ == "__main__":
    anyio.run(main)
