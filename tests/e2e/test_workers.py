"""Several workers: counted as one server, and ended with the process that started them."""

import os
import re
import select
import sys
from pathlib import Path

import httpx2
import pytest
from tests.e2e.clients import LIST_TOOLS, post
from tests.e2e.collector import collector
from tests.e2e.processes import END_SECS, Server, descendants, served

LISTINGS = 12


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_workers_are_counted_together_and_end_with_a_parent_that_was_killed(tmp_path: Path) -> None:
    with served(tmp_path, "--sandbox", "--workers", "2", "--metrics-port", "0") as server:
        for _ in range(LISTINGS):  # each over a connection of its own, which either worker accepts
            assert post(server, LIST_TOOLS, "KEY_sandbox_workers").status_code == 200
        assert _requests(server) == LISTINGS
        with httpx2.Client(base_url=server.base_url) as kept:
            kept.get("/healthz")
            assert re.search(r"^telnyx_mcp_connections 1", httpx2.get(server.metrics_url).text, re.MULTILINE)
        ends = [os.pidfd_open(child) for child in descendants(server.process.pid)]
        assert len(ends) >= 3
        server.process.kill()
        for end in ends:
            assert select.select([end], [], [], END_SECS)[0], "a process outlived its parent"
            os.close(end)


def test_what_workers_traced_last_is_sent_when_they_are_asked_to_end(tmp_path: Path) -> None:
    with collector() as spans:
        to = {"OTEL_EXPORTER_OTLP_ENDPOINT": spans.url, "OTEL_BSP_SCHEDULE_DELAY": "600000"}
        with served(tmp_path, "--sandbox", "--workers", "2", "--traces", "on", **to) as server:
            assert post(server, LIST_TOOLS, "KEY_sandbox_workers").status_code == 200
            assert spans.taken == []
            server.end()
        assert b"tools/list" in b"".join(spans.taken)


def _requests(server: Server) -> float:
    metrics = httpx2.get(server.metrics_url).text
    found = re.findall(r'^telnyx_mcp_http_requests_total\{.*route="/mcp".*\} (\S+)$', metrics, re.MULTILINE)
    return sum(map(float, found))
