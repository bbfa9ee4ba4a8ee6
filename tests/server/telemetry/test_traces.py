"""Spans by the conventions of MCP, in the trace of whoever asks, and without anything that was said."""

import asyncio
import json
import logging
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx2
import opentelemetry.trace
import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode
from tests import contexts
from tests.protocol.servers import Peer, served
from tests.server.serving import serving
from tests.wires import MockWire

from telnyx_remote_mcp.composition.server import create_app
from telnyx_remote_mcp.composition.watch import watch
from telnyx_remote_mcp.gate.limits import InFlight
from telnyx_remote_mcp.guardrails.measured import CallMeasured, GuardMeasured
from telnyx_remote_mcp.http.traced import Traced
from telnyx_remote_mcp.settings import Settings
from telnyx_remote_mcp.telemetry import logs, traces
from telnyx_sandbox.app import create_app as create_sandbox
from telnyx_sandbox.server import serving as serving_sandbox
from telnyx_tools.api.client import Api
from telnyx_tools.api.retry import Clock
from telnyx_tools.registry import registry

pytestmark = pytest.mark.anyio

OURS, THEIRS = "a" * 32, "b" * 32


def traceparent(trace: str) -> str:
    return f"00-{trace}-{'c' * 16}-01"


async def at_once(secs: float) -> None: ...


def trace_of(span: ReadableSpan) -> str:
    assert span.context is not None
    return f"{span.context.trace_id:032x}"


async def test_a_message_is_a_span_in_the_trace_of_its_meta_and_linked_to_that_of_its_request(
    tmp_path: Path, exported: InMemorySpanExporter, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "telnyx_remote_mcp.access")
    said = {"name": "MARKED", "arguments": {"text": "MARKED"}, "_meta": {"traceparent": traceparent(OURS)}}
    async with served(tmp_path, stateful=False) as url, Peer.of(url) as peer:
        for name, told in (("count", {"to": "MARKED"}), ("MARKED", {"text": "MARKED"})):
            await peer.legacy("tools/call", {**said, "name": name, "arguments": told}, traceparent=traceparent(THEIRS))
        await peer.legacy("tools/call", {"name": "count", "arguments": {"to": 1}}, traceparent=traceparent(THEIRS))
    of_meta, made_up, of_http = exported.get_finished_spans()
    assert (of_meta.name, made_up.name) == ("tools/call count", "tools/call _OTHER")
    assert of_meta.kind is SpanKind.SERVER
    assert [trace_of(each) for each in (of_meta, made_up, of_http)] == [OURS, OURS, THEIRS]
    assert [f"{link.context.trace_id:032x}" for link in of_meta.links] == [THEIRS]
    assert not of_http.links
    assert of_meta.attributes is not None
    assert dict(of_meta.attributes) | {
        "mcp.method.name": "tools/call",
        "gen_ai.tool.name": "count",
        "gen_ai.operation.name": "execute_tool",
        "network.transport": "tcp",
    } == dict(of_meta.attributes)
    assert made_up.attributes is not None
    assert made_up.attributes["error.type"] == "-32602"
    assert made_up.status.status_code is StatusCode.ERROR
    assert "MARKED" not in "".join(span.to_json() for span in (of_meta, made_up, of_http))
    lines = [record.args for record in caplog.records if record.name == "telnyx_remote_mcp.access"]
    assert [line["trace_id"] for line in lines if isinstance(line, dict)] == [OURS, OURS, THEIRS]


async def test_what_is_done_for_a_request_before_its_message_is_read_is_in_the_trace_of_its_caller(
    tmp_path: Path, exported: InMemorySpanExporter, caplog: pytest.LogCaptureFixture
) -> None:
    """The first check of a key, and the log line of a request that is refused."""
    caplog.set_level(logging.INFO, "telnyx_remote_mcp.access")
    headers = {"traceparent": traceparent(THEIRS), "Accept": "application/json, text/event-stream"}
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
    async with serving_sandbox(create_sandbox()) as api:
        app = create_app(Settings(api_base_url=api, data_dir=tmp_path, stateful=False), meter=traces.Traces())
        async with app.router.lifespan_context(app), serving(app) as url, httpx2.AsyncClient(headers=headers) as http:
            refused = await http.post(f"{url}/mcp", json=message)
            checked = await http.post(f"{url}/mcp", json=message, headers={"Authorization": "Bearer KEY_sandbox_a"})
            without = await http.post(f"{url}/mcp", json=message, headers={"traceparent": "MARKED"})
    assert [answer.status_code for answer in (refused, checked, without)] == [401, 200, 401]
    spans = {span.name: span for span in exported.get_finished_spans()}
    assert {"GET /balance", "tools/list"} <= spans.keys()
    for span in spans.values():
        assert trace_of(span) == THEIRS
        assert span.parent is not None
        assert span.parent.is_remote
    lines = [record.args for record in caplog.records if record.name == "telnyx_remote_mcp.access"]
    assert [line.get("trace_id") for line in lines if isinstance(line, dict)] == [THEIRS, THEIRS, None]


async def test_a_request_that_waited_for_its_place_has_a_span_in_the_trace_of_its_caller(
    exported: InMemorySpanExporter,
) -> None:
    held = asyncio.Event()

    async def work(scope: Any, receive: Any, send: Any) -> None:
        await held.wait()

    async def ignored(*message: Any) -> None: ...

    async def waits() -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(2 * traces.WAITED_SECS):
                await app(scope, ignored, ignored)

    caller = SimpleNamespace(principal="key:a")
    headers = [(b"traceparent", traceparent(THEIRS).encode())]
    scope = {"type": "http", "method": "POST", "headers": headers, "telnyx.caller": caller}
    app = Traced(InFlight(work, per_principal=1, meter=traces.Traces()))
    working = asyncio.create_task(app(scope, ignored, ignored))
    await asyncio.sleep(0)
    await waits()
    waiting = asyncio.create_task(app(scope, ignored, ignored))
    await asyncio.sleep(2 * traces.WAITED_SECS)
    held.set()
    await asyncio.gather(working, waiting)
    left, passed = exported.get_finished_spans()
    assert [(span.name, trace_of(span)) for span in (left, passed)] == [("wait for a place", THEIRS)] * 2
    assert (dict(left.attributes or {}), dict(passed.attributes or {})) == ({"error.type": "cancelled"}, {})


async def test_where_traces_are_off_no_request_is_looked_at_for_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opentelemetry.trace, "_TRACER_PROVIDER", None)
    app = create_app(Settings(data_dir=tmp_path))
    assert Traced not in [each.cls for each in app.user_middleware]


async def test_a_guard_that_waited_and_each_attempt_at_telnyx_are_spans_below_the_call(
    exported: InMemorySpanExporter,
) -> None:
    class WaitingGuard:
        async def __call__(self, call: Any, proceed: Any) -> Any:
            await asyncio.sleep(traces.WAITED_SECS)
            return await proceed(call)

    class QuickGuard:
        async def __call__(self, call: Any, proceed: Any) -> Any:
            return await proceed(call)

    left, meter = iter((503, 200)), traces.Traces()
    wire: Any = MockWire(lambda request: httpx2.Response(next(left), json={"data": {"balance": "1"}}))
    api = Api(wire=wire, watch=watch(meter), clock=Clock(sleep=at_once))
    steps = [CallMeasured(meter), GuardMeasured(QuickGuard(), meter), GuardMeasured(WaitingGuard(), meter)]
    with opentelemetry.trace.get_tracer("test").start_as_current_span("call") as call:
        await contexts.dispatch(api, steps)(contexts.call(registry().tools["get_balance"], {}))
        assert traces.trace_id() == f"{call.get_span_context().trace_id:032x}"
    waited, first, second, _ = exported.get_finished_spans()
    assert (waited.name, first.name, second.name) == ("guard waiting", "GET /balance", "GET /balance")
    assert all(each.parent == call.get_span_context() for each in (waited, first, second))
    assert first.attributes is not None
    assert second.attributes is not None
    assert (first.attributes["http.response.status_code"], first.status.status_code) == (503, StatusCode.ERROR)
    assert (second.attributes["http.request.resend_count"], second.status.status_code) == (1, StatusCode.UNSET)


async def test_an_attempt_at_storage_is_told_by_its_operation(exported: InMemorySpanExporter) -> None:
    traces.Traces().upstream("S3 PutObject", "200", 1, 0.1)
    (span,) = exported.get_finished_spans()
    told = {"rpc.system": "aws-api", "rpc.service": "S3", "rpc.method": "PutObject", "http.response.status_code": 200}
    assert (span.name, dict(span.attributes or {})) == ("S3 PutObject", told)


async def test_lines_of_the_log_name_the_trace_in_which_they_are_written(exported: InMemorySpanExporter) -> None:
    lines = logs.JsonLines()
    lines.trace_id = traces.trace_id
    record = logging.LogRecord("a", logging.INFO, __file__, 1, "text", (), None)
    assert "trace_id" not in json.loads(lines.format(record))
    with opentelemetry.trace.get_tracer("test").start_as_current_span("call") as span:
        assert json.loads(lines.format(record))["trace_id"] == f"{span.get_span_context().trace_id:032x}"
