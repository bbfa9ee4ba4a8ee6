"""One run of the benchmark: all servers in turns, so that changes of the machine's speed affect all of them alike."""

from __future__ import annotations

import json
import os
import socket
import statistics
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from bench.calls import GET, LIST, SEND, Call
from bench.load import Sample, Target, measure
from bench.messages import Era, request
from bench.servers import OURS, PROXY, UPSTREAM, Cores, Server, fastmcp, running, settings_of_ours
from bench.startup import Startup, measure_startup

MODERN: Era = "2026-07-28"
LEGACY: Era = "2025-11-25"
OURS_MODERN, OURS_LEGACY = f"this server, {MODERN}", f"this server, {LEGACY}"
BARE = "bare ASGI + httpx2 proxy"
RIVAL_MODERN, RIVAL_LEGACY = f"FastMCP, {MODERN}", f"FastMCP, {LEGACY}"
RIVAL_SINGLE = f"FastMCP with one tool, {MODERN}"
UNWATCHED, METERED, TRACED = "metrics and traces off", "metrics on", "traces on"


@dataclass(frozen=True)
class Plan:
    """How much is measured. FastMCP in the modern era gets fewer requests because it is slow."""

    connections: tuple[int, ...]
    rounds: int
    requests: int
    slow_requests: int


QUICK = Plan(connections=(1, 8), rounds=1, requests=60, slow_requests=16)
FULL = Plan(connections=(1, 8, 32), rounds=7, requests=500, slow_requests=48)

Runs = dict[str, list[Sample]]


@dataclass
class Results:
    """All measurements, by target. `calls` also by number of connections, `lighter` by tool, `watched` by kind of
    telemetry."""

    load_average: float
    tools: int = 0
    calls: dict[int, Runs] = field(default_factory=dict)
    lighter: dict[str, Runs] = field(default_factory=dict)
    listings: Runs = field(default_factory=dict)
    watched: Runs = field(default_factory=dict)
    memory: dict[str, float] = field(default_factory=dict)
    startup: Startup = field(default_factory=lambda: Startup(0, 0))


def throughput_ratio(runs: Runs, name: str, other: str) -> float:
    """The median of the rounds' ratios. Each round compares measurements that are near in time."""
    return statistics.median(a.rate / b.rate for a, b in zip(runs[name], runs[other], strict=True))


def processor_ratio(runs: Runs, name: str, other: str) -> float:
    """The same ratio by processor time per request, `other` to `name`, which other load on the machine affects less."""
    return statistics.median(b.cpu / a.cpu for a, b in zip(runs[name], runs[other], strict=True))


@dataclass(frozen=True)
class Lineup:
    ours: Server
    proxy: Server
    rival: Server
    single: Server

    def calls(self, plan: Plan) -> list[Target]:
        def target(name: str, server: Server, era: Era, requests: int = plan.requests) -> Target:
            return Target(name, server, request(era, LIST), LIST.proof.encode(), requests)

        return [
            target(OURS_MODERN, self.ours, MODERN),
            target(BARE, self.proxy, MODERN),
            target(RIVAL_MODERN, self.rival, MODERN, plan.slow_requests),
            target(RIVAL_SINGLE, self.single, MODERN, plan.slow_requests),
            target(OURS_LEGACY, self.ours, LEGACY),
            target(RIVAL_LEGACY, self.rival, LEGACY),
        ]

    def lighter(self, plan: Plan, call: Call) -> list[Target]:
        def target(name: str, server: Server) -> Target:
            return Target(name, server, request(MODERN, call), call.proof.encode(), plan.requests)

        return [target(OURS_MODERN, self.ours), target(BARE, self.proxy)]

    def listings(self, plan: Plan) -> list[Target]:
        def target(name: str, server: Server, era: Era) -> Target:
            return Target(name, server, request(era), LIST.tool.encode(), plan.slow_requests)

        return [
            target(OURS_MODERN, self.ours, MODERN),
            target(RIVAL_MODERN, self.rival, MODERN),
            target(OURS_LEGACY, self.ours, LEGACY),
            target(RIVAL_LEGACY, self.rival, LEGACY),
        ]

    def memory(self) -> dict[str, float]:
        return {"this server": self.ours.rss_mb, BARE: self.proxy.rss_mb, "FastMCP": self.rival.rss_mb}


async def compare(plan: Plan) -> Results:
    """Run the plan. Raises WrongAnswer if a server gives a wrong answer."""
    cores, results = Cores.available(), Results(os.getloadavg()[0])
    os.sched_setaffinity(0, cores.rest)
    with tempfile.TemporaryDirectory() as data_dir, running(UPSTREAM, cores.rest) as upstream:
        api = f"http://127.0.0.1:{upstream.port}/v2"
        with running(OURS, cores.server, **settings_of_ours(api, data_dir)) as ours:
            results.tools = _count_tools(ours)
            with _others(api, cores, results.tools) as others:
                lineup = Lineup(ours, *others)
                for connections in plan.connections:
                    results.calls[connections] = await _rounds(lineup.calls(plan), connections, plan.rounds)
                for call in (GET, SEND):
                    targets = lineup.lighter(plan, call)
                    results.lighter[call.tool] = await _rounds(targets, plan.connections[-1], plan.rounds)
                results.listings = await _rounds(lineup.listings(plan), 1, plan.rounds)
                results.memory = lineup.memory()
            results.watched = await _watched(ours, upstream, data_dir, cores, plan)
    os.sched_setaffinity(0, cores.server)
    results.startup = measure_startup(plan.rounds)
    return results


async def _watched(ours: Server, upstream: Server, data_dir: str, cores: Cores, plan: Plan) -> Runs:
    """Measure the same call without telemetry, with metrics, and with exported traces."""
    settings = settings_of_ours(f"http://127.0.0.1:{upstream.port}/v2", data_dir)
    spans = {"OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{upstream.port}", "TELNYX_MCP_TRACES": "on"}
    with (
        running(OURS, cores.server, **settings, TELNYX_MCP_METRICS_PORT=str(_free_port())) as metered,
        running(OURS, cores.server, **settings, **spans) as traced,
    ):
        servers = {UNWATCHED: ours, METERED: metered, TRACED: traced}
        targets = [
            Target(name, server, request(MODERN, GET), GET.proof.encode(), plan.requests)
            for name, server in servers.items()
        ]
        return await _rounds(targets, plan.connections[-1], plan.rounds)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


def _count_tools(server: Server) -> int:
    head, _, body = request(LEGACY).partition(b"\r\n\r\n")
    headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:])
    url = f"http://127.0.0.1:{server.port}/mcp"
    with urllib.request.urlopen(urllib.request.Request(url, body, headers), timeout=30) as answer:
        event = answer.read().decode().partition("data: ")[2]
    return len(json.loads(event)["result"]["tools"])


@contextmanager
def _others(api: str, cores: Cores, tools: int) -> Iterator[tuple[Server, Server, Server]]:
    command, core = fastmcp(), cores.server
    with (
        running(PROXY, core, TELNYX_API_BASE_URL=api) as proxy,
        running(command, core, TELNYX_API_BASE_URL=api, BENCH_TOOLS=str(tools)) as rival,
        running(command, core, TELNYX_API_BASE_URL=api, BENCH_TOOLS="1") as single,
    ):
        yield proxy, rival, single


async def _rounds(targets: list[Target], connections: int, rounds: int) -> Runs:
    runs: Runs = {target.name: [] for target in targets}
    for target in targets:
        await measure(target, connections)  # warm-up
    for _ in range(rounds):
        for target in targets:
            runs[target.name].append(await measure(target, connections))
    return runs
