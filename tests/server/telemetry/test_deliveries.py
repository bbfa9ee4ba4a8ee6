"""Deliveries as metrics and traces show them: how they went, and nothing of whom they went to."""

import json
from pathlib import Path

import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode
from tests.server.events.inboxes import message
from tests.server.events.signing import OURS, PERSON
from tests.server.events.subscribers import HOST, office, site
from tests.server.telemetry.test_metrics import Collected

from telnyx_remote_mcp.telemetry.traces import Traces

pytestmark = pytest.mark.anyio


async def test_attempts_are_counted_by_outcome_and_events_by_what_became_of_them(tmp_path: Path) -> None:
    collected = Collected()
    async with site(tmp_path) as (hooks, fetch), office(tmp_path, fetch, meter=collected.metrics) as here:
        gateway = hooks.at("/a")
        await here.agent().subscribe("/a", gateway)
        gateway.answers = [503, 302]
        await here.happen(message(1))
        await gateway.until(lambda: gateway.ids == ["event-1"])
        gateway.answers = [500] * 5
        await here.happen(message(2))
        await gateway.until(lambda: gateway.log.count(500) == 5)
        gateway.answers = [410]
        await here.happen(message(3))
        await gateway.until(lambda: 410 in gateway.log)
        await here.settled()
        hooks.up = False
        await here.agent().subscribe("/b", hooks.at("/b"))
    attempts = {("2xx", 1): 1, ("5xx", 1): 2, ("3xx", 2): 1, ("2xx", 3): 1, ("5xx", 5): 1, ("4xx", 1): 1}
    for (outcome, attempt), times in {**attempts, ("connection_refused", 1): 1}.items():
        counted = collected.value("delivery_attempts_total", outcome=outcome, attempt=str(attempt))
        assert counted == times, (outcome, attempt)
    assert collected.value("delivery_attempt_seconds_count", outcome="5xx") == 6
    assert collected.value("events_total", direction="out", outcome="delivered") == 1
    assert collected.value("events_total", direction="out", outcome="given_up") == 2
    assert collected.value("event_lag_seconds_count", direction="out") == 1


async def test_each_attempt_is_a_span_of_its_own_trace_and_a_challenge_one_of_whoever_subscribes(
    tmp_path: Path, exported: InMemorySpanExporter
) -> None:
    async with site(tmp_path) as (hooks, fetch), office(tmp_path, fetch, meter=Traces()) as here:
        gateway = hooks.at("/secret-path")
        told = await here.agent().subscribe("/secret-path", gateway)
        gateway.answers = [503]
        await here.happen(message(1, text="MARKED"))
        await gateway.until(lambda: gateway.ids == ["event-1"])
        await here.settled()
    challenge, subscribed, first, second = exported.get_finished_spans()
    assert (challenge.name, subscribed.name) == ("send verification", "events/subscribe")
    assert challenge.parent == subscribed.get_span_context()
    sent = {
        "messaging.operation.name": "send",
        "messaging.operation.type": "send",
        "messaging.destination.template": "message.received",
        "http.request.method": "POST",
    }
    assert (first.name, first.kind, first.parent) == ("send message.received", SpanKind.CLIENT, None)
    assert dict(first.attributes or {}) == {**sent, "http.response.status_code": 503, "error.type": "503"}
    assert first.status.status_code is StatusCode.ERROR
    assert dict(second.attributes or {}) == {**sent, "http.response.status_code": 204, "http.request.resend_count": 1}
    assert (second.parent, second.status.status_code) == (None, StatusCode.UNSET)
    said = json.dumps([json.loads(span.to_json()) for span in (challenge, first, second)])
    for text in (HOST, "127.0.0.1", "secret-path", gateway.secret, PERSON, OURS, "MARKED", "event-1", told["id"]):
        assert text not in said, text


async def test_every_method_of_events_has_a_name_in_traces(tmp_path: Path, exported: InMemorySpanExporter) -> None:
    async with site(tmp_path) as (_, fetch), office(tmp_path, fetch) as here:
        methods = [f"events/{name}" for name in ("list", "poll", "stream", "subscribe", "unsubscribe")]
        for method in methods:
            await here.agent().ask(method, name="MARKED")
    assert [span.name for span in exported.get_finished_spans()] == methods
