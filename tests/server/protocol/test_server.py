"""The MCP server object, where it relies on what the tools declare and on what runs beside it."""

import json
from typing import Any

import opentelemetry.trace
import pytest
from mcp import Client
from opentelemetry.trace import NoOpTracer, NoOpTracerProvider, Tracer

from telnyx_remote_mcp.composition.local import local_server
from telnyx_remote_mcp.settings import Settings
from telnyx_tools.registry import registry


def test_no_tool_takes_an_argument_from_a_header() -> None:
    """The server hands the SDK no schema to compare headers with; a tool that declares one needs that again."""
    assert [tool.name for tool in registry().tools.values() if "x-mcp-header" in json.dumps(tool.input_schema)] == []


class Spans(NoOpTracerProvider, NoOpTracer):
    """Remembers the names of all spans."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def get_tracer(self, *args: Any, **kwargs: Any) -> Tracer:
        return self

    def start_as_current_span(self, name: str, *args: Any, **kwargs: Any) -> Any:
        self.names.append(name)
        return super().start_as_current_span(name, *args, **kwargs)


@pytest.mark.anyio
@pytest.mark.parametrize("taken", [True, False])
async def test_requests_are_traced_where_somebody_takes_the_spans(taken: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    spans = Spans()
    monkeypatch.setattr("mcp.shared._otel._tracer", spans)
    if taken:
        monkeypatch.setattr(opentelemetry.trace, "_TRACER_PROVIDER", spans)
    async with local_server(Settings()) as server, Client(server) as client:
        await client.call_tool("get_message", {"message_id": "1"})
    assert ("tools/call get_message" in spans.names) is taken


@pytest.mark.anyio
@pytest.mark.parametrize("sandbox", [True, False])
async def test_the_instructions_say_whether_it_is_a_sandbox(sandbox: bool) -> None:
    async with local_server(Settings(sandbox=sandbox)) as server, Client(server) as client:
        instructions = client.instructions or ""
    assert ("sandbox" in instructions) is sandbox
    assert len(instructions) < 4 * 300
