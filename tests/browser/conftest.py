"""A Chromium, and servers on a sandbox."""

import itertools
from collections.abc import AsyncIterator, Iterator

import pytest
from playwright.async_api import Browser, async_playwright
from tests.browser.person import Person
from tests.e2e.processes import Server, served

CHROMIUM = "/usr/bin/chromium"
ADDRESSES = itertools.count(1)


@pytest.fixture(scope="session")
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        # In a container Chromium's own sandbox cannot be set up.
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        await browser.close()


@pytest.fixture
async def person(chromium: Browser) -> AsyncIterator[Person]:
    """Somebody whose browser runs no script, at an address of their own: forms are limited for each by the minute."""
    address = {"X-Forwarded-For": f"203.0.113.{next(ADDRESSES)}"}
    async with await chromium.new_context(java_script_enabled=False, extra_http_headers=address) as context:
        yield Person(context, await context.new_page())


@pytest.fixture(scope="module")  # registrations from one address are limited by the minute
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with served(tmp_path_factory.mktemp("server"), "--sandbox", "--trusted-proxy", "127.0.0.1") as server:
        yield server
