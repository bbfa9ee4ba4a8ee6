"""Takes the pictures of the pages in docs/images: python -m tests.browser.screenshots"""

import base64
import hashlib
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import parse_qs, urlencode, urlsplit

import anyio
import httpx2
from playwright.async_api import Browser, BrowserContext, Page, ViewportSize, async_playwright
from tests.browser.conftest import CHROMIUM
from tests.browser.inside import DOCUMENT, HOST, publishing, served

IMAGES = Path(__file__).parents[2] / "docs" / "images"
KEY = "KEY_sandbox_pictures"
VERIFIER = "v" * 43
NAME = "Example Agent"
HOSTED = {"client_name": NAME, "redirect_uris": [f"https://{HOST}/callback"]}
LOCAL = "http://127.0.0.1:9/callback"
READS = "billing.read messaging.read numbers.read"
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
        "code_challenge": base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode(),
        "code_challenge_method": "S256",
    }
    return f"{url}/oauth/authorize?{urlencode(query)}"


async def take(page: Page, name: str, look: Look) -> None:
    await page.screenshot(path=IMAGES / f"{name}-{look.name}.png", full_page=True)


async def redeem(url: str, client_id: str, back: str) -> None:
    """The client fetches its tokens: only now is it connected."""
    form = {
        "grant_type": "authorization_code",
        "client_id": client_id,
        "redirect_uri": LOCAL,
        "code": parse_qs(urlsplit(back).query)["code"][0],
        "code_verifier": VERIFIER,
    }
    async with httpx2.AsyncClient(base_url=url) as http:
        assert (await http.post("/oauth/token", data=form)).status_code == 200


async def link(context: BrowserContext, url: str, client_id: str) -> None:
    """Connect once to use every product, and once to look at two of them."""
    for narrowed in (False, True):
        page = await context.new_page()
        await page.goto(asking(url, client_id, LOCAL, WRITES))
        if narrowed:
            await page.get_by_label("Look.").check()
            await page.get_by_text("Products:").click()
            await page.get_by_label("Messaging", exact=False).first.check()
            await page.locator("input[value=verify]").check()
        else:
            await page.get_by_label("Until when").select_option("never")
        key = page.get_by_label("API key", exact=True)
        if await key.is_visible():
            await key.fill(KEY)
            button = "Connect with this key"
        else:
            button = "Connect with that account"
        async with page.expect_request(f"{LOCAL}?*") as sent:
            await page.get_by_role("button", name=button, exact=True).last.click()
        await redeem(url, client_id, (await sent.value).url)
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
        await page.get_by_text("Products:").click()
        await page.get_by_label("Messaging", exact=False).first.check()
        await take(page, "link-again", look)
        await link(context, url, client_id)
        await page.goto(f"{url}/account")
        await page.get_by_text("Change what it may do").first.click()
        await take(page, "account", look)
        await page.get_by_text("Change what it may do").first.click()
        await page.get_by_text("Change the rules").click()
        await take(page, "account-rules", look)
        await page.goto(asking(url, client_id, LOCAL, f"{READS} verify.write"))
        await take(page, "link-more", look)
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
