"""Metrics: a meter whose numbers Prometheus collects. Imported only if metrics are on."""

from __future__ import annotations

import os
import platform
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Literal

from prometheus_client import (
    REGISTRY,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    start_http_server,
)
from prometheus_client.mmap_dict import MmapedDict
from prometheus_client.multiprocess import MultiProcessCollector

from telnyx_remote_mcp.telemetry.meter import Decision, Direction, Meter

SHARED: Final = "PROMETHEUS_MULTIPROC_DIR"
"""The variable that tells the workers' Prometheus library, before it is imported, that several processes count."""

GaugeMode = Literal["livesum", "livemax"]
"""What several workers have of a gauge together: their sum, or what the fullest of them has."""

_SECS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_STORE_SECS: Final = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5)
_LAG_SECS: Final = (0.1, 0.5, 1, 2, 5, 15, 60, 300, 3600)
_MOST_FAMILIES: Final = 400
"""The most families that are counted by name. The catalog has a few hundred; further ones are counted as other."""
_METHODS: Final = frozenset({"GET", "POST", "DELETE", "OPTIONS", "HEAD"})
_OAUTH: Final = "/oauth/"
_PUBLIC_KEYS: Final = "/oauth/jwks"
"""Below /oauth/ and no step of signing in."""
_DEAD: Final = "dead"
_FILES: Final = threading.Lock()


class Metrics(Meter):
    """The metrics of this process, all named `telnyx_mcp_…`."""

    def __init__(self, version: str, registry: CollectorRegistry = REGISTRY) -> None:
        def counter(name: str, text: str, *labels: str) -> Counter:
            return Counter(f"telnyx_mcp_{name}", text, labels, registry=registry)

        def seconds(name: str, text: str, buckets: tuple[float, ...], *labels: str) -> Histogram:
            return Histogram(f"telnyx_mcp_{name}_seconds", text, labels, buckets=buckets, registry=registry)

        def gauge(name: str, text: str, mode: GaugeMode = "livesum") -> Gauge:
            return Gauge(f"telnyx_mcp_{name}", text, registry=registry, multiprocess_mode=mode)

        self._families: set[str] = set()
        self._requests = counter("http_requests", "Requests answered", "method", "route", "status")
        self._request_secs = seconds("http_request", "Until the answer began", _SECS, "route")
        self._failed_logins = counter("failed_logins", "Requests refused for a wrong credential, or for many before")
        self._connected = gauge("connections", "Open connections, of the worker that has most", "livemax")
        self._working = gauge("requests_working", "Requests at work")
        self._waiting = gauge("requests_waiting", "Requests that wait for their place")
        self._oauth = counter("oauth_steps", "Steps of signing in", "step", "outcome")
        self._calls = counter("calls", "Calls of tools", "tool", "effect", "outcome", "era")
        self._call_secs = seconds("call", "A call, from its arguments to its result", _SECS, "effect", "era")
        self._guards = counter("guard_decisions", "What guards said to calls", "guard", "decision")
        self._sending = gauge("upstream_requests_working", "Requests to Telnyx under way")
        self._upstream = counter("upstream_attempts", "Attempts at Telnyx", "family", "status", "attempt")
        self._upstream_secs = seconds("upstream_attempt", "One attempt at Telnyx", _SECS, "status")
        self._keys = counter("key_checks", "Keys that Telnyx was asked about", "verdict")
        self._key_secs = seconds("key_check", "Until Telnyx said what a key is", _SECS)
        self._store_secs = seconds("store", "One use of the store", _STORE_SECS, "backend", "outcome")
        self._storing = gauge("redis_uses_working", "Uses of Redis under way")
        self._events = counter("events", "Events in from Telnyx and out to agents", "direction", "outcome")
        self._lag_secs = seconds("event_lag", "From what happened until it was told", _LAG_SECS, "direction")
        self._deliveries = counter("delivery_attempts", "Attempts at subscribers", "outcome", "attempt")
        self._delivery_secs = seconds("delivery_attempt", "One attempt at a subscriber", _SECS, "outcome")
        built = Gauge(
            "telnyx_mcp_build_info",
            "What runs",
            ["version", "python"],
            registry=registry,
            multiprocess_mode="max",
        )
        built.labels(version, platform.python_version()).set(1)

    def request(self, method: str, route: str, status: int, secs: float) -> None:
        self._requests.labels(method if method in _METHODS else "other", route, status).inc()
        self._request_secs.labels(route).observe(secs)
        if route.startswith(_OAUTH) and route != _PUBLIC_KEYS:
            self._oauth.labels(route.removeprefix(_OAUTH), _class(str(status))).inc()

    def failed_login(self) -> None:
        self._failed_logins.inc()

    def connected(self, change: int) -> None:
        self._connected.inc(change)

    def link(self, decision: Decision) -> None:
        self._oauth.labels("link", decision).inc()

    def working(self, change: int) -> None:
        self._working.inc(change)

    def waiting(self, change: int) -> None:
        self._waiting.inc(change)

    def call(self, tool: str, effect: str, outcome: str, era: str, secs: float | None) -> None:
        self._calls.labels(tool, effect, outcome, era).inc()
        if secs is not None:
            self._call_secs.labels(effect, era).observe(secs)

    def guard(self, name: str, decision: str, secs: float) -> None:
        self._guards.labels(name, decision).inc()

    def sending(self, change: int) -> None:
        self._sending.inc(change)

    def upstream(self, operation: str, status: str, attempt: int, secs: float) -> None:
        self._upstream.labels(self._family(operation), status, str(attempt) if attempt < 3 else "3+").inc()
        self._upstream_secs.labels(_class(status)).observe(secs)

    def key_check(self, verdict: str, secs: float) -> None:
        self._keys.labels(verdict).inc()
        self._key_secs.observe(secs)

    def store(self, backend: str, outcome: str, secs: float) -> None:
        self._store_secs.labels(backend, outcome).observe(secs)

    def storing(self, change: int) -> None:
        self._storing.inc(change)

    def event(self, direction: Direction, outcome: str, lag_secs: float | None = None) -> None:
        self._events.labels(direction, outcome).inc()
        if lag_secs is not None:
            self._lag_secs.labels(direction).observe(max(0.0, lag_secs))

    def delivery(self, name: str, status: str, attempt: int, secs: float) -> None:
        self._deliveries.labels(_class(status), str(attempt)).inc()
        self._delivery_secs.labels(_class(status)).observe(secs)

    def _family(self, operation: str) -> str:
        """The product of an operation, with which its path begins: `messages` for `POST /messages/{id}`."""
        method, _, path = operation.partition(" ")
        family = "storage" if method == "S3" else path.strip("/").partition("/")[0]
        if family not in self._families:
            if len(self._families) >= _MOST_FAMILIES:
                return "other"
            self._families.add(family)
        return family


@contextmanager
def published(host: str, port: int, workers: int) -> Iterator[int]:
    """Serve the metrics of this process, or of all `workers`, at `/metrics` on a separate port, and yield the port.

    Raises OSError if the address is not available.
    """
    with _registry(workers) as registry:
        server, thread = start_http_server(port, host, registry)
        try:
            yield server.server_port
        finally:
            server.shutdown()
            server.server_close()
            thread.join()


@contextmanager
def _registry(workers: int) -> Iterator[CollectorRegistry]:
    if workers == 1:
        yield REGISTRY
        return
    with tempfile.TemporaryDirectory(prefix="telnyx-mcp-metrics-", ignore_cleanup_errors=True) as shared:
        os.environ[SHARED] = shared
        registry = CollectorRegistry()
        _Together(registry, shared)  # type: ignore[no-untyped-call]  # the library types a part
        try:
            yield registry
        finally:
            del os.environ[SHARED]


class _Together(MultiProcessCollector):
    """Collects from the files of all workers, but not while one of them is being added to another."""

    def collect(self) -> Any:
        with _FILES:
            return super().collect()  # type: ignore[no-untyped-call]  # the library types a part


def forget(process: int) -> None:
    """Remove the gauges of a worker that died, and add its counts to those of the workers that died before it."""
    shared = Path(os.environ[SHARED])
    with _FILES:
        for gauge in shared.glob(f"gauge_*_{process}.db"):
            gauge.unlink(missing_ok=True)
        for counted in shared.glob(f"*_{process}.db"):
            _add(counted, counted.with_name(f"{counted.name.partition('_')[0]}_{_DEAD}.db"))
            counted.unlink()


def _add(counted: Path, total: Path) -> None:
    """Add all numbers of one file to those of another."""
    sums = MmapedDict(str(total))  # type: ignore[no-untyped-call]  # the library types a part
    for name, value, at, _ in MmapedDict.read_all_values_from_file(counted):  # type: ignore[no-untyped-call]  # likewise
        sums.write_value(name, sums.read_value(name)[0] + value, at)  # type: ignore[no-untyped-call]  # likewise
    sums.close()  # type: ignore[no-untyped-call]  # likewise


def _class(status: str) -> str:
    return f"{status[0]}xx" if status.isdigit() else status
