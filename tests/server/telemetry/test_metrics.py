"""What Prometheus collects: bounded sets of labels, and nothing in them that tells who somebody is."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx2
import pytest
from prometheus_client import CollectorRegistry, generate_latest
from tests import contexts
from tests.wires import MockWire

from telnyx_remote_mcp.auth.authorization_server.metadata import JWKS
from telnyx_remote_mcp.calls.dispatch import Dispatch
from telnyx_remote_mcp.calls.question import AskFirst, Question
from telnyx_remote_mcp.composition.watch import watch
from telnyx_remote_mcp.guardrails.measured import CallMeasured, GuardMeasured
from telnyx_remote_mcp.http.edge import Edge
from telnyx_remote_mcp.settings import Settings
from telnyx_remote_mcp.telemetry.meter import Meter, Meters
from telnyx_remote_mcp.telemetry.metrics import SHARED, Metrics, forget, published
from telnyx_tools.api.client import Api
from telnyx_tools.api.errors import ApiError
from telnyx_tools.api.retry import Clock
from telnyx_tools.registry import registry

pytestmark = pytest.mark.anyio

BALANCE = registry().tools["get_balance"]


async def at_once(secs: float) -> None: ...


class Collected:
    """Metrics, and their numbers as Prometheus reads them."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self.metrics = Metrics("1", self._registry)

    def text(self) -> str:
        return generate_latest(self._registry).decode()

    def value(self, name: str, **labels: str) -> float | None:
        return self._registry.get_sample_value(f"telnyx_mcp_{name}", labels)

    def dispatch(self, statuses: list[int], *steps: Any) -> Dispatch:
        """A dispatch whose requests are answered with these statuses, one after the other."""
        left = iter(statuses)
        wire: Any = MockWire(lambda request: httpx2.Response(next(left), json={"data": {"balance": "1"}}))
        api = Api(wire=wire, watch=watch(self.metrics), clock=Clock(sleep=at_once))
        return contexts.dispatch(api, [CallMeasured(self.metrics), *(GuardMeasured(s, self.metrics) for s in steps)])


async def test_a_call_is_told_by_tool_effect_outcome_and_era_and_each_attempt_by_family_and_status() -> None:
    collected = Collected()
    await collected.dispatch([503, 200])(contexts.call(BALANCE, {}))
    with pytest.raises(ApiError):
        await collected.dispatch([404])(contexts.call(BALANCE, {}))
    told = {"tool": "get_balance", "effect": "read", "era": "modern"}
    assert collected.value("calls_total", outcome="ok", **told) == 1
    assert collected.value("calls_total", outcome="api_error", **told) == 1
    assert collected.value("upstream_attempts_total", family="balance", status="503", attempt="1") == 1
    assert collected.value("upstream_attempts_total", family="balance", status="200", attempt="2") == 1
    assert collected.value("upstream_requests_working") == 0


async def test_what_a_guard_says_is_told_and_what_stands_behind_it_is_not_its_doing() -> None:
    class LenientGuard:
        async def __call__(self, call: Any, proceed: Any) -> Any:
            return await proceed(call)

    class StrictGuard:
        async def __call__(self, call: Any, proceed: Any) -> Any:
            raise AskFirst(Question("May I?", {}))

    collected = Collected()
    with pytest.raises(AskFirst):
        await collected.dispatch([], LenientGuard(), StrictGuard())(contexts.call(BALANCE, {}))
    assert collected.value("guard_decisions_total", guard="lenient", decision="passed") == 1
    assert collected.value("guard_decisions_total", guard="strict", decision="asked") == 1
    assert collected.value("guard_decisions_total", guard="lenient", decision="asked") is None


async def test_the_duration_of_a_call_that_waits_for_something_says_nothing_of_the_server() -> None:
    class WaitsGuard:
        async def __call__(self, call: Any, proceed: Any) -> Any:
            call.progress.waited = True
            return await proceed(call)

    collected = Collected()
    await collected.dispatch([200], WaitsGuard())(contexts.call(BALANCE, {}))
    assert collected.value("calls_total", tool="get_balance", effect="read", era="modern", outcome="ok") == 1
    assert collected.value("call_seconds_count", effect="read", era="modern") is None
    await collected.dispatch([200])(contexts.call(BALANCE, {}))
    assert collected.value("call_seconds_count", effect="read", era="modern") == 1


async def test_a_call_that_its_client_gives_up_is_told_as_cancelled() -> None:
    class SlowGuard:
        async def __call__(self, call: Any, proceed: Any) -> Any:
            await asyncio.Event().wait()

    collected = Collected()
    call = asyncio.ensure_future(collected.dispatch([], SlowGuard())(contexts.call(BALANCE, {})))
    await asyncio.sleep(0)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    told = {"tool": "get_balance", "effect": "read", "era": "modern"}
    assert collected.value("calls_total", outcome="cancelled", **told) == 1
    assert collected.value("guard_decisions_total", guard="slow", decision="cancelled") == 1


async def test_paths_and_methods_that_people_make_up_add_no_series() -> None:
    async def nothing(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 404, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    collected = Collected()
    edge = Edge(nothing, collected.metrics, ["/mcp", "/oauth/token", JWKS, "/v2/mcp/apps/{slug}/mcp"])
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=edge), base_url="http://localhost") as http:
        for path in ("/mcp", "/oauth/token", JWKS, "/v2/mcp/apps/MARKED/mcp", "/MARKED", "/mcp/MARKED"):
            await http.request("MARKED", path)
    assert "MARKED" not in collected.text()
    for route, count in {"/mcp": 1, "/oauth/token": 1, "/v2/mcp/apps/{slug}/mcp": 1, "other": 2}.items():
        assert collected.value("http_requests_total", method="other", route=route, status="404") == count
    assert collected.value("oauth_steps_total", step="token", outcome="4xx") == 1
    collected.metrics.link("linked")
    assert collected.value("oauth_steps_total", step="link", outcome="linked") == 1
    assert collected.text().count("telnyx_mcp_oauth_steps_total{") == 2, "the public keys are no step"


async def test_operations_beyond_the_number_of_families_that_there_are_become_others() -> None:
    collected = Collected()
    for number in range(1_000):
        collected.metrics.upstream(f"GET /family{number}/{{id}}", "200", 1, 0.1)
    families = {line for line in collected.text().splitlines() if line.startswith("telnyx_mcp_upstream_attempts_total")}
    assert len(families) < 500
    assert collected.value("upstream_attempts_total", family="other", status="200", attempt="1")


async def test_several_meters_are_told_the_same() -> None:
    one, two = Collected(), Collected()
    meters = Meters(one.metrics, two.metrics, Meter())
    meters.event("in", "kept", 1.5)
    meters.working(1)
    for each in (one, two):
        assert each.value("events_total", direction="in", outcome="kept") == 1
        assert each.value("event_lag_seconds_sum", direction="in") == 1.5
        assert each.value("requests_working") == 1


def test_of_dead_workers_stays_what_they_counted_in_files_for_all_of_them() -> None:
    count = """
import os, sys
from telnyx_remote_mcp.telemetry.metrics import Metrics
metrics = Metrics("1")
metrics.request("GET", "/mcp", 200, 0.1)
metrics.working(1)
print(os.getpid())
"""
    with published("127.0.0.1", 0, workers=2) as port:
        for deaths in (1, 2, 3):
            ended = subprocess.run([sys.executable, "-c", count], capture_output=True, text=True, check=True)
            assert "telnyx_mcp_requests_working 1.0" in (before := httpx2.get(f"http://127.0.0.1:{port}/metrics").text)
            forget(int(ended.stdout))
            after = httpx2.get(f"http://127.0.0.1:{port}/metrics").text
            assert "telnyx_mcp_requests_working 1.0" not in after
            for name in ("http_requests_total", "http_request_seconds_bucket", "http_request_seconds_sum"):
                assert _lines(before, name) == _lines(after, name) != []
            assert f'route="/mcp",status="200"}} {deaths}.0' in after
            assert len(list(Path(os.environ[SHARED]).iterdir())) == 2


def _lines(text: str, name: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith(f"telnyx_mcp_{name}")]


def test_metrics_are_at_a_port_of_their_own_on_loopback_alone() -> None:
    assert (Settings().metrics_port, Settings().metrics_host) == (None, "127.0.0.1")
    with published("127.0.0.1", 0, workers=1) as port:
        assert "python_info" in httpx2.get(f"http://127.0.0.1:{port}/metrics").text
