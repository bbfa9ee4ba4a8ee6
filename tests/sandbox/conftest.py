"""A sandbox on a socket whose clock stands still until a test moves it."""

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import httpx2
import pytest

from telnyx_sandbox.app import create_app
from telnyx_sandbox.clock import Clock
from telnyx_sandbox.server import serving

if TYPE_CHECKING:
    from telnyx import AsyncTelnyx


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


@pytest.fixture
async def telnyx(base_url: str) -> AsyncIterator["AsyncTelnyx"]:
    """The official client, which takes no answer that is not of the official types."""
    from telnyx import AsyncTelnyx

    async with AsyncTelnyx(
        api_key="KEY_sandbox_sdk", base_url=base_url, max_retries=0, _strict_response_validation=True
    ) as client:
        yield client


def client(base_url: str, key: str) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(base_url=base_url, headers={"authorization": f"Bearer {key}"})
