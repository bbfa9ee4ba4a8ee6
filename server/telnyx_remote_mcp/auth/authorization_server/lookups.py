"""DNS lookups of hosts that strangers name. A host whose name servers never answer does not block other lookups."""

from __future__ import annotations

import asyncio
import socket
import time
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final

THREADS: Final = 32
PATIENCE_SECS: Final = 4.0
AGAIN_SECS: Final = 60.0
MOST_REMEMBERED: Final = 10_000


class Lookups:
    """Looks up each name in a thread of a separate pool.

    Concurrent lookups of a name share one thread, so that one name takes no more than one. A name that was not answered
    in time is not looked up again for a minute, unless the answer still comes.
    """

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="lookup")
        self._running: dict[str, Future[list[str]]] = {}
        self._silent: dict[str, float] = {}
        """The names that were not answered in time, and when they may be looked up again."""

    async def addresses(self, host: str) -> list[str]:
        """The addresses of a host. Raises OSError or UnicodeError where it has none, TimeoutError without an answer."""
        if time.monotonic() < self._silent.get(host, 0.0):
            raise TimeoutError
        lookup = self._running.get(host) or self._begin(host)
        try:
            return await asyncio.wait_for(asyncio.shield(asyncio.wrap_future(lookup)), PATIENCE_SECS)
        except TimeoutError:
            if lookup.running():  # otherwise it still waits for a thread, and the name servers are not to blame
                self._silence(host)
            raise

    def _begin(self, host: str) -> Future[list[str]]:
        lookup = self._running[host] = self._pool.submit(_look_up, host)
        lookup.add_done_callback(lambda done: self._end(host, done))
        return lookup

    def _silence(self, host: str) -> None:
        if len(self._silent) >= MOST_REMEMBERED:
            self._silent.clear()
        self._silent[host] = time.monotonic() + AGAIN_SECS

    def _end(self, host: str, lookup: Future[list[str]]) -> None:
        self._running.pop(host, None)
        if not lookup.cancelled() and lookup.exception() is None:
            self._silent.pop(host, None)


def _look_up(host: str) -> list[str]:
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))
