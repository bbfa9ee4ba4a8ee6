"""Whoever waits for something goes on waiting where its state is one that this server does not know."""

from typing import Any

import httpx2
from tests.contract.calling import CURATED, call_of, documented, least, play

from telnyx_tools.tool.tool import Tool

WAITS = [tool for tool in CURATED if "wait_for" in tool.input_schema["properties"] or tool.name == "wait_for_call"]


def brand_new(value: Any) -> Any:
    """The answer with a status that nobody has heard of, wherever it has one."""
    if isinstance(value, dict):
        return {name: "brand_new" if name == "status" else brand_new(inner) for name, inner in value.items()}
    return [brand_new(inner) for inner in value] if isinstance(value, list) else value


def answer(request: httpx2.Request) -> httpx2.Response:
    if call_of(request) == "POST /web_search/research":
        return httpx2.Response(200, json={"task_id": "1", "status": "brand_new"})
    return httpx2.Response(200, json=brand_new(documented(request).json()))


def waited(tool: Tool) -> dict[str, Any]:
    wait_for = tool.input_schema["properties"].get("wait_for")
    return least(tool) | ({"wait_for": wait_for["enum"][0]} if wait_for else {"until": "paid"})


def test_a_status_that_nobody_knows_is_not_the_end() -> None:
    """Time is over after one more look, which somebody who knows the end does not take."""
    hasty = []
    for tool in WAITS:
        played = play(tool, waited(tool), answer)
        calls = [call_of(request) for request in played.requests]
        looks = [call for call in calls if call.startswith("GET") and not call.endswith(("_window", "call_events"))]
        if len(looks) < (2 if tool.name == "wait_for_call" else 1):
            hasty.append((tool.name, calls, played.text[:200]))
    assert len(WAITS) > 10
    assert hasty == []
