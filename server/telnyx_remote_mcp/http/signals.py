"""Handles SIGTERM and SIGINT before the web server does."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

_SIGNALS = (signal.SIGTERM, signal.SIGINT)


@contextmanager
def on_termination(*close: Callable[[], None], drain_secs: float = 0.0) -> Iterator[None]:
    """Call each of `close` in the running loop on SIGTERM or SIGINT, even if one before it fails.

    Each begins to close something and does not wait for it. The previous handler of the signal runs as well. On the
    first SIGTERM it runs `drain_secs` later, so that a load balancer has time to send new requests elsewhere.
    """
    loop = asyncio.get_running_loop()
    drained = False
    previous = {number: signal.getsignal(number) for number in _SIGNALS}

    def handle(number: int, frame: FrameType | None) -> None:
        nonlocal drained
        for each in close:
            loop.call_soon_threadsafe(each)
        before = previous[signal.Signals(number)]
        if not callable(before):
            return
        if number == signal.SIGTERM and drain_secs and not drained:
            drained = True
            loop.call_soon_threadsafe(loop.call_later, drain_secs, before, number, frame)
        else:
            before(number, frame)

    try:
        for number in _SIGNALS:
            signal.signal(number, handle)
    except ValueError:  # not the main thread, as in tests, which end the loop themselves
        yield
        return
    try:
        yield
    finally:
        for number, before in previous.items():
            signal.signal(number, before)
