"""A Chromium, and servers on a sandbox."""

from collections.abc import AsyncIterator, Iterator

import pytest
from playwright.async_api import Browser, async_playwright
from tests.browser.person import Person
from tests.e2e.processes import Server, served

CHROMIUM = "/usr/bin/chromium"


@pytest.fixture(scope="session")
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        # In a container Chromium's own sandbox cannot be set up.
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        await browser.close()


@pytest.fixture
async def person(chromium: Browser) -> AsyncIterator[Person]:
    """Somebody whose browser runs no script."""
    async with await chromium.new_context(java_script_enabled=False) as context:
        yield Person(context, await context.new_page())


@pytest.fixture(scope="module")  # registrations from one address are limited by the minute
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with served(tmp_path_factory.mktemp("server"), "--sandbox") as server:
        yield server
