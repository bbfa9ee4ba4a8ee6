"""The results as a page, and whether they meet the project's goals."""

from __future__ import annotations

import platform
import statistics
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import version

from bench.comparison import (
    BARE,
    LEGACY,
    METERED,
    MODERN,
    OURS_LEGACY,
    OURS_MODERN,
    RIVAL_LEGACY,
    RIVAL_MODERN,
    RIVAL_SINGLE,
    TRACED,
    UNWATCHED,
    Results,
    Runs,
    processor_ratio,
    throughput_ratio,
)
from bench.rival import FASTMCP

_VERSIONS = ("mcp", "aiohttp", "httpx2", "pydantic", "starlette", "uvicorn")


@dataclass(frozen=True)
class Goal:
    """One goal: `value` must be at least (or at most) `limit`."""

    text: str
    value: float
    limit: float
    at_least: bool = False
    unit: str = ""

    @property
    def met(self) -> bool:
        return self.value >= self.limit if self.at_least else self.value <= self.limit

    @property
    def row(self) -> tuple[str, ...]:
        bound = "at least" if self.at_least else "at most"
        verdict = "met" if self.met else "**missed**"
        return self.text, f"{self.value:.2f}{self.unit}", f"{bound} {self.limit:g}{self.unit}", verdict


def goals(results: Results) -> list[Goal]:
    """The goals, checked at the highest load measured."""
    busiest = max(results.calls)
    proxy = throughput_ratio(results.calls[busiest], OURS_MODERN, BARE)
    rival = throughput_ratio(results.calls[busiest], OURS_MODERN, RIVAL_MODERN)
    listing = statistics.median(sample.p50 for sample in results.listings[OURS_MODERN])
    return [
        Goal(f"Throughput of {busiest} connections, as a share of the bare proxy's", proxy, 0.55, at_least=True),
        Goal("The same, as a multiple of FastMCP's with as many tools", rival, 5, at_least=True),
        Goal("tools/list of the default surface, p50", listing, 3, unit=" ms"),
        Goal('First answer over stdio, as a multiple of `python -c "import mcp.server"`', results.startup.ratio, 1.25),
        Goal("Resident memory after the load", results.memory["this server"], 110, unit=" MB"),
    ]


def page(results: Results) -> str:
    """The complete report in Markdown."""
    return "\n\n".join(_sections(results)) + "\n"


def _sections(results: Results) -> Iterator[str]:
    yield "# Benchmark results"
    yield "Written by `scripts/bench --write`. Ratios carry over to other machines, absolute numbers do not."
    yield _setting(results)
    yield "## Goals\n\n" + _table(("", "measured", "goal", ""), (goal.row for goal in goals(results)))
    yield "## A tool call, `list_phone_numbers` with 20 items"
    yield (
        "One worker process on one core; the load and a fixed upstream on another. API key lane with rate limits on. "
        f"FastMCP {FASTMCP} offers as many tools as this server lists by default, or one. Medians over the rounds; "
        "processor time is the server's own for one request."
    )
    for connections, runs in results.calls.items():
        yield f"### {connections} connection{'s' if connections > 1 else ''}\n\n" + _samples(runs)
    yield "### Throughput ratios\n\n" + _ratios(results)
    yield _where_the_distance_is(results)
    busiest = max(results.calls)
    yield f"## Lighter calls, {busiest} connections"
    yield _lighter(results)
    yield f"## Seen from outside: get_message, {busiest} connections\n\n" + _watched(results)
    yield "## tools/list, 1 connection\n\n" + _samples(results.listings)
    yield "## Start and memory\n\n" + _start(results)


def _setting(results: Results) -> str:
    versions = ", ".join(f"{name} {version(name)}" for name in _VERSIONS)
    return (
        f"Python {platform.python_version()}, {platform.system()} {platform.machine()}, {versions}; "
        f"{results.tools} tools listed by default; load average before the run: {results.load_average:.1f}."
    )


def _samples(runs: Runs) -> str:
    def cells(name: str) -> tuple[str, ...]:
        samples = runs[name]
        rate = statistics.median(sample.rate for sample in samples)
        times = [statistics.median(getattr(s, field) for s in samples) for field in ("p50", "p99", "cpu")]
        return name, f"{rate:,.0f}", *(f"{time:.2f}" for time in times)

    return _table(("", "requests/s", "p50 ms", "p99 ms", "processor ms"), map(cells, runs))


def _ratios(results: Results) -> str:
    pairs = ((OURS_MODERN, BARE), (OURS_MODERN, RIVAL_MODERN), (OURS_MODERN, RIVAL_SINGLE), (OURS_LEGACY, RIVAL_LEGACY))
    rows = [
        (f"{ours} / {other}", *(f"{throughput_ratio(runs, ours, other):.2f}" for runs in results.calls.values()))
        for ours, other in pairs
    ]
    shares = (f"{processor_ratio(runs, OURS_MODERN, BARE):.2f}" for runs in results.calls.values())
    rows.append((f"processor time of {BARE} / {OURS_MODERN}", *shares))
    return _table(("connections", *map(str, results.calls)), rows)


def _where_the_distance_is(results: Results) -> str:
    runs = results.calls[max(results.calls)]
    single = throughput_ratio(runs, OURS_MODERN, RIVAL_SINGLE)
    legacy = throughput_ratio(runs, OURS_LEGACY, RIVAL_LEGACY)
    return (
        f"FastMCP lists all of its tools in every call of {MODERN}, to look for arguments that headers carry, and "
        f"most of the distance is that: with one tool to list it is {single:.2f}, and in {LEGACY}, where nothing is "
        f"listed, {legacy:.2f}."
    )


def _lighter(results: Results) -> str:
    rows = [
        (
            tool,
            *(f"{statistics.median(sample.rate for sample in runs[name]):,.0f}" for name in (OURS_MODERN, BARE)),
            f"{throughput_ratio(runs, OURS_MODERN, BARE):.2f}",
            f"{processor_ratio(runs, OURS_MODERN, BARE):.2f}",
        )
        for tool, runs in results.lighter.items()
    ]
    return _table(
        ("", "this server, requests/s", "bare proxy, requests/s", "throughput ratio", "processor time ratio"), rows
    )


def _watched(results: Results) -> str:
    return _samples(results.watched) + (
        f"\n\nProcessor time with {METERED}, as a multiple of that with them off: "
        f"{1 / processor_ratio(results.watched, METERED, UNWATCHED):.2f}; with {TRACED}, each call's spans written and "
        f"sent: {1 / processor_ratio(results.watched, TRACED, UNWATCHED):.2f}. Off, no step and no hook is put in."
    )


def _start(results: Results) -> str:
    rows = [
        ("first answer over stdio", f"{results.startup.stdio:.2f} s"),
        ('`python -c "import mcp.server"`', f"{results.startup.sdk_import:.2f} s"),
        *((f"resident memory, {name}", f"{megabytes:.0f} MB") for name, megabytes in results.memory.items()),
    ]
    return _table(("", "measured"), rows)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    rule = ("---", *["---:"] * (len(head) - 1))
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, rule, *rows))
