"""Hearing that the process is asked to end."""

import asyncio
import os
import signal
import threading
from types import FrameType

import pytest

from telnyx_remote_mcp.http.signals import on_termination

pytestmark = pytest.mark.anyio

ASKED = [signal.SIGTERM, signal.SIGINT]


class Before:
    """The handler that was there before, as the web server's is."""

    def __init__(self) -> None:
        self.heard: list[int] = []

    def __call__(self, number: int, frame: FrameType | None) -> None:
        self.heard.append(number)


@pytest.mark.parametrize("asked", ASKED)
async def test_it_calls_back_in_the_loop_and_the_handler_before_it(asked: signal.Signals) -> None:
    before, closed = Before(), asyncio.Event()
    outer = signal.signal(asked, before)
    try:
        with on_termination(closed.set):
            os.kill(os.getpid(), asked)
            async with asyncio.timeout(5):
                await closed.wait()
        assert before.heard == [asked]
        assert signal.getsignal(asked) is before
    finally:
        signal.signal(asked, outer)


async def test_it_calls_all_back_in_their_order_even_if_one_fails() -> None:
    called: list[str] = []
    closed, failures = asyncio.Event(), []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: failures.append(context["exception"]))

    def fails() -> None:
        called.append("first")
        raise LookupError

    outer = signal.signal(signal.SIGTERM, Before())
    try:
        with on_termination(fails, lambda: called.append("second"), closed.set):
            os.kill(os.getpid(), signal.SIGTERM)
            async with asyncio.timeout(5):
                await closed.wait()
    finally:
        signal.signal(signal.SIGTERM, outer)
    assert called == ["first", "second"]
    assert [type(failure) for failure in failures] == [LookupError]


@pytest.mark.parametrize("ignored", [signal.SIG_IGN, signal.SIG_DFL])
async def test_where_there_was_no_handler_it_calls_back_alone(ignored: signal.Handlers) -> None:
    closed = asyncio.Event()
    outer = signal.signal(signal.SIGTERM, ignored)
    try:
        with on_termination(closed.set):
            os.kill(os.getpid(), signal.SIGTERM)
            async with asyncio.timeout(5):
                await closed.wait()
    finally:
        signal.signal(signal.SIGTERM, outer)


async def test_the_first_sigterm_leaves_time_to_drain_and_the_second_does_not() -> None:
    before, asked = Before(), asyncio.Event()
    outer = signal.signal(signal.SIGTERM, before)
    try:
        with on_termination(asked.set, drain_secs=60):
            os.kill(os.getpid(), signal.SIGTERM)
            async with asyncio.timeout(5):
                await asked.wait()
            assert before.heard == []
            os.kill(os.getpid(), signal.SIGTERM)
            assert before.heard == [signal.SIGTERM]
    finally:
        signal.signal(signal.SIGTERM, outer)


def test_outside_the_main_thread_it_changes_nothing() -> None:
    handlers = [signal.getsignal(number) for number in ASKED]
    seen: list[object] = []

    async def serve() -> None:
        with on_termination(lambda: None):
            seen.extend(signal.getsignal(number) for number in ASKED)

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    thread.join(5)
    assert seen == handlers
