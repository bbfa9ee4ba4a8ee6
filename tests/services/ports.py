"""Free ports, which no other test gets meanwhile."""

from __future__ import annotations

import os
import random
import socket
from collections.abc import Iterator
from contextlib import suppress
from itertools import cycle


def _ports() -> Iterator[int]:
    """Ports that nothing else gets by chance: outgoing connections use ports above 32,767. Test workers that run in
    parallel each use every tenth port, offset by their number. No port repeats before all were given."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "").removeprefix("gw")
    ports = range(20_000 + int(worker) % 10, 30_000, 10) if worker else range(20_000, 30_000)
    return cycle(random.sample(ports, len(ports)))


_numbers = _ports()


def free_port() -> int:
    """A port for a server that is started later. Nobody else is given it meanwhile."""
    for port in _numbers:
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
    raise AssertionError  # there are always more
