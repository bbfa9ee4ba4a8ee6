"""Traces: a meter that sends measurements as OpenTelemetry spans. Imported only if traces are on.

The library reads its configuration from its own variables: `OTEL_EXPORTER_OTLP_ENDPOINT`, `OTEL_TRACES_SAMPLER`, ….
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
"""A guard that took less time did not wait for anything, and gets no span."""


class OwnSpans(TracerProvider):
    """A tracer provider that drops the spans of the MCP SDK, which quote what clients and people say."""

    def get_tracer(self, instrumenting_module_name: str, *versions: Any, **more: Any) -> Tracer:
        if instrumenting_module_name.startswith("mcp"):
            return NoOpTracer()
        return super().get_tracer(instrumenting_module_name, *versions, **more)


def begin(version: str) -> None:
    """Start to send the spans of this process, in batches and from a separate thread."""
    told = {"service.version": version}
    if "OTEL_SERVICE_NAME" not in os.environ:
        told["service.name"] = "telnyx-mcp-server"
    provider = OwnSpans(resource=Resource.create(told))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)


def trace_id() -> str | None:
    """The id of the current trace; None if there is none."""
    context = trace.get_current_span().get_span_context()
    return f"{context.trace_id:032x}" if context.is_valid else None


class Traces(Meter):
    """Makes a span for each guard and each request that waited, and for each attempt at Telnyx or at a subscriber.

    Spans say nothing about a subscriber, not even its host: that may be somebody's own machine.
    """

    def __init__(self) -> None:
        self._tracer = trace.get_tracer("telnyx_remote_mcp")

    def guard(self, name: str, decision: str, secs: float) -> None:
        if secs >= WAITED_SECS:
            self._past(f"guard {name}", SpanKind.INTERNAL, secs, {"telnyx_mcp.guard.decision": decision})

    def waited(self, outcome: str, secs: float) -> None:
        if secs >= WAITED_SECS:
            self._past("wait for a place", SpanKind.INTERNAL, secs, {}, None if outcome == "passed" else outcome)

    def upstream(self, operation: str, status: str, attempt: int, secs: float) -> None:
        method, _, template = operation.partition(" ")
        if method == "S3":  # which of its requests is in the name, its HTTP method is not
            asked = {"rpc.system": "aws-api", "rpc.service": method, "rpc.method": template}
        else:
            asked = {"http.request.method": method, "url.template": template}
        self._request(operation, asked, status, attempt, secs)

    def delivery(self, name: str, status: str, attempt: int, secs: float) -> None:
        sent = {"messaging.operation.name": "send", "messaging.operation.type": "send", "http.request.method": "POST"}
        self._request(f"send {name}", {**sent, "messaging.destination.template": name}, status, attempt, secs)

    def close(self) -> None:
        provider = trace.get_tracer_provider()
        if isinstance(provider, TracerProvider):
            provider.force_flush()

    def _request(self, name: str, attributes: Mapping[str, str | int], status: str, attempt: int, secs: float) -> None:
        """Make the span of a request that just ended. `status` is the HTTP status, or why there was none."""
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
        """Make a span that ended now and took `secs`, as a child of the current span."""
        end = time.time_ns()
        span = self._tracer.start_span(name, kind=kind, attributes=attributes, start_time=end - int(secs * 1e9))
        if error is not None:
            span.set_attribute("error.type", error)
            span.set_status(StatusCode.ERROR)
        span.end(end)
