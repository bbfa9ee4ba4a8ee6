"""Waiting for what Telnyx finishes later."""

import anyio
import pytest

from telnyx_tools.api.errors import Unreachable
from telnyx_tools.shared import waiting
from telnyx_tools.shared.waiting import follow
from telnyx_tools.tool.shutdown import Shutdown

pytestmark = pytest.mark.anyio


class Told:
    """What the client was told meanwhile."""

    def __init__(self) -> None:
        self.messages: list[str | None] = []
        self.values: list[float] = []
        self.shutdown = Shutdown()

    async def __call__(self, progress: float, total: float | None = None, message: str | None = None) -> None:
        self.messages.append(message)
        self.values.append(progress)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Told:
    monkeypatch.setattr(waiting, "FIRST_SECS", 0.001)
    return Told()


async def test_it_reads_until_it_is_done_and_tells_each_state(told: Told) -> None:
    states = iter(["sending", "delivered"])

    async def read() -> str:
        return next(states)

    done = await follow("queued", read, done="delivered".__eq__, status=str, progress=told, seconds=30)
    assert done == "delivered"
    assert told.messages == ["queued", "sending"]
    assert told.values == sorted(told.values)


async def test_what_is_done_already_is_not_read_again(told: Told) -> None:
    async def read() -> str:
        raise AssertionError("read")

    assert await follow("delivered", read, done=lambda _: True, status=str, progress=told, seconds=30) == "delivered"


async def test_after_its_time_the_last_state_is_given(told: Told) -> None:
    async def read() -> str:
        return "sending"

    assert await follow("queued", read, done=lambda _: False, status=str, progress=told, seconds=0.01) == "sending"


async def test_where_the_server_ends_the_last_state_is_given_at_once(told: Told) -> None:
    async def read() -> str:
        told.shutdown.begin()
        return "sending"

    with anyio.fail_after(5):
        assert await follow("queued", read, done=lambda _: False, status=str, progress=told, seconds=300) == "sending"
        assert await follow("queued", read, done=lambda _: False, status=str, progress=told, seconds=300) == "queued"


async def test_a_read_that_fails_ends_the_wait_and_not_the_call(told: Told) -> None:
    async def read() -> str:
        raise Unreachable("GET /messages/{id}", "No connection.")

    assert await follow("queued", read, done=lambda _: False, status=str, progress=told, seconds=30) == "queued"
