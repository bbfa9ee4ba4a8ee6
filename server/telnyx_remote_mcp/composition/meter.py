"""The meter of one process, as the settings want it."""

from __future__ import annotations

from telnyx_remote_mcp.identity import VERSION
from telnyx_remote_mcp.settings import Settings
from telnyx_remote_mcp.telemetry.meter import UNMEASURED, Meter


def create_meter(settings: Settings) -> Meter:
    """What happens is told to metrics, where they are on."""
    if settings.metrics_port is None:
        return UNMEASURED
    from telnyx_remote_mcp.telemetry.metrics import Metrics

    return Metrics(VERSION)
