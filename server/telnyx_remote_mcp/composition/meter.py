"""The meter of one process, which reports to metrics and traces."""

from __future__ import annotations

from telnyx_remote_mcp.identity import VERSION
from telnyx_remote_mcp.settings import Settings
from telnyx_remote_mcp.telemetry import logs
from telnyx_remote_mcp.telemetry.meter import UNMEASURED, Meter, Meters


def create_meter(settings: Settings) -> Meter:
    """The meter for the metrics and traces that are on. With traces on, log lines name their trace."""
    meters = [
        *(_metrics() if settings.metrics_port is not None else ()),
        *(_traces() if settings.traces == "on" else ()),
    ]
    return UNMEASURED if not meters else meters[0] if len(meters) == 1 else Meters(*meters)


def _metrics() -> list[Meter]:
    from telnyx_remote_mcp.telemetry.metrics import Metrics

    return [Metrics(VERSION)]


def _traces() -> list[Meter]:
    """Must be called before the server is created, which checks then whether spans are collected."""
    from telnyx_remote_mcp.telemetry import traces

    traces.begin(VERSION)
    logs.add_trace_ids(traces.trace_id)
    return [traces.Traces()]
