"""Traces: what a meter is told, as spans that OpenTelemetry sends on. Imported only where they are on.

The library reads everything else from its own variables: `OTEL_EXPORTER_OTLP_ENDPOINT`, `OTEL_TRACES_SAMPLER`, ….
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from typing import Any, Final

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import NoOpTracer, SpanKind, StatusCode, Tracer

from telnyx_remote_mcp.telemetry.meter import Meter

WAITED_SECS: Final = 0.005
"""A guard that took less did not wait for anybody."""


class OwnSpans(TracerProvider):
    """Takes the spans of this server alone: those of the SDK quote what clients and people say."""

    def get_tracer(self, instrumenting_module_name: str, *versions: Any, **more: Any) -> Tracer:
        if instrumenting_module_name.startswith("mcp"):
            return NoOpTracer()
        return super().get_tracer(instrumenting_module_name, *versions, **more)


def begin(version: str) -> None:
    """Let the spans of this process be sent, in batches and by a thread of their own."""
    told = {"service.version": version}
    if "OTEL_SERVICE_NAME" not in os.environ:
        told["service.name"] = "telnyx-mcp-server"
    provider = OwnSpans(resource=Resource.create(told))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)


def trace_id() -> str | None:
    """The trace that is being written just now."""
    context = trace.get_current_span().get_span_context()
    return f"{context.trace_id:032x}" if context.is_valid else None


class Traces(Meter):
    """A span for each guard that waited, and one for each attempt at Telnyx and at a subscriber.

    Of a subscriber it says nothing, not even its host: that may be somebody's own machine.
    """

    def __init__(self) -> None:
        self._tracer = trace.get_tracer("telnyx_remote_mcp")

    def guard(self, name: str, decision: str, secs: float) -> None:
        if secs >= WAITED_SECS:
            self._past(f"guard {name}", SpanKind.INTERNAL, secs, {"telnyx_mcp.guard.decision": decision})

    def upstream(self, operation: str, status: str, attempt: int, secs: float) -> None:
        method, _, template = operation.partition(" ")
        self._request(operation, {"http.request.method": method, "url.template": template}, status, attempt, secs)

    def delivery(self, name: str, status: str, attempt: int, secs: float) -> None:
        sent = {"messaging.operation.name": "send", "messaging.operation.type": "send", "http.request.method": "POST"}
        self._request(f"send {name}", {**sent, "messaging.destination.template": name}, status, attempt, secs)

    def _request(self, name: str, attributes: Mapping[str, str | int], status: str, attempt: int, secs: float) -> None:
        """A span of a request that got this status, or none."""
        more: dict[str, str | int] = {}
        if status.isdigit():
            more["http.response.status_code"] = int(status)
        if attempt > 1:
            more["http.request.resend_count"] = attempt - 1
        failed = not status.isdigit() or int(status) >= 400
        self._past(name, SpanKind.CLIENT, secs, {**attributes, **more}, status if failed else None)

    def _past(
        self, name: str, kind: SpanKind, secs: float, attributes: dict[str, str | int], error: str | None = None
    ) -> None:
        """A span that has just ended, below the one that is being written."""
        end = time.time_ns()
        span = self._tracer.start_span(name, kind=kind, attributes=attributes, start_time=end - int(secs * 1e9))
        if error is not None:
            span.set_attribute("error.type", error)
            span.set_status(StatusCode.ERROR)
        span.end(end)
