"""The caller's trace: the one that a message or a request names in `traceparent`, of which our spans become part."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from opentelemetry.context import Context
from opentelemetry.trace import ProxyTracerProvider, SpanContext, get_current_span, get_tracer_provider
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

NOWHERE: Final = Context()
_PROPAGATOR: Final = TraceContextTextMapPropagator()  # a stranger's baggage is not carried on


def is_on() -> bool:
    """Whether spans are collected."""
    return not isinstance(get_tracer_provider(), ProxyTracerProvider)


def named_in(carrier: Mapping[str, Any] | None) -> Context | None:
    """The trace context in the `traceparent` of a message or of a request; None if there is no valid one."""
    named = {name: carrier.get(name) for name in ("traceparent", "tracestate")} if carrier else {}
    texts = {name: value for name, value in named.items() if isinstance(value, str) and len(value) <= 512}
    found = _PROPAGATOR.extract(texts, NOWHERE)
    return found if where(found).is_valid else None


def where(context: Context) -> SpanContext:
    """The span that the context is in."""
    return get_current_span(context).get_span_context()


def trace_id(span: SpanContext) -> str:
    """The id of the span's trace, as logs have it."""
    return f"{span.trace_id:032x}"
