"""The server over HTTP: its socket, its worker processes, and their end."""

from __future__ import annotations

import gc
import logging
import multiprocessing
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from importlib.util import find_spec
from types import FrameType

import uvicorn
from sse_starlette.sse import AppStatus
from starlette.applications import Starlette
from uvicorn.supervisors import Multiprocess

from telnyx_remote_mcp.composition.meter import create_meter
from telnyx_remote_mcp.composition.server import create_app
from telnyx_remote_mcp.http.protocol import BoundedProtocol
from telnyx_remote_mcp.settings import SECRETS, Settings, variable
from telnyx_remote_mcp.telemetry import logs

GRACE_SECS = 25
"""How long calls in progress may take to finish when the process is asked to end."""

WORKER_SECS = 30
"""How long a worker may be silent before it is replaced: on a busy machine one needs several seconds to start."""


def check(settings: Settings) -> None:
    """Check that the server can start with these settings. Raises ValueError, whose text is one line."""
    if settings.traces == "on" and find_spec("opentelemetry.sdk") is None:
        raise ValueError("--traces on needs the extra otel: pip install 'telnyx-remote-mcp[otel]'")
    create_app(settings).build_middleware_stack()


def listen(host: str, port: int) -> socket.socket:
    """Open the socket that all workers accept from. Raises OSError if the address is not available."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.create_server((host, port), family=family, backlog=2048)
    listener.set_inheritable(True)
    return listener


def serve(settings: Settings, listener: socket.socket) -> None:
    """Serve on the socket until SIGTERM, or until Ctrl-C raises KeyboardInterrupt."""
    settings = settings.model_copy(update={"port": listener.getsockname()[1], "api_key": None})
    # Workers get the settings through a pipe: other processes of the same user can read a process's environment.
    for name in SECRETS:
        os.environ.pop(variable(name), None)
    config = uvicorn.Config(
        partial(app, settings),
        factory=True,
        http=BoundedProtocol,
        workers=settings.workers,
        ws="none",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECS,
        timeout_worker_healthcheck=WORKER_SECS,
    )
    print(f"Serving on {settings.url}/mcp", flush=True)  # noqa: T201 - the one line that scripts wait for
    with _published_metrics(settings) as died:
        if settings.workers == 1:
            _Server(config).run(sockets=[listener])
        else:
            workers = _Workers(config, [listener], died)
            workers.run()
            if workers.interrupted:
                raise KeyboardInterrupt


@contextmanager
def _published_metrics(settings: Settings) -> Iterator[Callable[[int], None]]:
    """Serve the metrics of all workers on a separate port, if one is set.

    Yields a function to be called with the process id of each worker that died.
    """
    if settings.metrics_port is None:
        yield lambda process: None
        return
    from telnyx_remote_mcp.telemetry.metrics import forget, published

    with published(settings.metrics_host, settings.metrics_port, settings.workers) as port:
        logging.getLogger(__name__).info("Metrics are at port %d of %s", port, settings.metrics_host)
        yield forget


def app(settings: Settings) -> Starlette:
    """Make the app of one worker."""
    logs.configure(settings.log_level)
    _end_with_parent()
    # It would cut what is streamed half a second after the signal, answers of calls in progress too: `OpenStreams` ends
    # what stays open, and nothing else.
    AppStatus.enable_automatic_graceful_drain = False
    meter = BoundedProtocol.meter = create_meter(settings)
    created = create_app(settings, meter=meter)
    _spare_garbage_collector()
    return created


def _end_with_parent() -> None:
    """End this worker with SIGTERM if its parent process goes away, for whatever reason: nobody else would stop it."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def wait() -> None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait, daemon=True).start()


def _spare_garbage_collector() -> None:
    """Freeze the objects that exist at the start, which stay, and collect garbage less often.

    Most objects of a request are freed without a collection. With Python's defaults collections take a tenth of the
    processor time, and a full one delays all running calls.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 5, 5)


class _Workers(Multiprocess):
    """Uvicorn's supervisor of workers. It remembers a Ctrl-C, and calls `died` with the process id of a dead worker.

    The Ctrl-C is remembered since a single process ends with KeyboardInterrupt, and several should too.
    """

    interrupted = False

    def __init__(self, config: uvicorn.Config, sockets: list[socket.socket], died: Callable[[int], None]) -> None:
        super().__init__(config, sockets)
        self._died = died

    def keep_subprocess_alive(self) -> None:
        before = {process.pid for process in self.processes}
        super().keep_subprocess_alive()
        for pid in before - {process.pid for process in self.processes}:
            self._died(pid or 0)

    def handle_int(self) -> None:
        self.interrupted = True
        super().handle_int()


class _Server(uvicorn.Server):
    """A uvicorn server that ends normally on SIGTERM; uvicorn would let the signal kill the process afterwards."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if sig == signal.SIGTERM:
            self.should_exit = True
        else:
            super().handle_exit(sig, frame)
