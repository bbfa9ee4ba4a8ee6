"""A sandbox on a socket whose clock stands still until a test moves it."""

from collections.abc import AsyncIterator

import httpx2
import pytest

from telnyx_sandbox.app import create_app
from telnyx_sandbox.clock import Clock
from telnyx_sandbox.server import serving


@pytest.fixture
def clock() -> Clock:
    return Clock(lambda: 1_790_000_000.0)


@pytest.fixture
async def base_url(clock: Clock) -> AsyncIterator[str]:
    async with serving(create_app(clock=clock)) as url:
        yield url


@pytest.fixture
async def api(base_url: str) -> AsyncIterator[httpx2.AsyncClient]:
    async with client(base_url, "KEY_sandbox_first") as api:
        yield api


@pytest.fixture
async def other(base_url: str) -> AsyncIterator[httpx2.AsyncClient]:
    async with client(base_url, "KEY_sandbox_second") as api:
        yield api


@pytest.fixture
async def control(base_url: str) -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(base_url=base_url.removesuffix("/v2") + "/sandbox") as control:
        yield control


def client(base_url: str, key: str) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(base_url=base_url, headers={"authorization": f"Bearer {key}"})
