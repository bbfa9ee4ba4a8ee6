"""A model that follows a script, in the dialects of three providers: it sends the message, and says so."""

import json
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from tests.clients.drivers.sms import SEND, SMS

Json = dict[str, Any]
SENT = "Sent."


async def anthropic(request: Request) -> Response:
    """`POST /v1/messages`, as Claude Code asks."""
    asked = await request.json()
    names = [tool["name"] for tool in asked.get("tools", ()) if tool["name"].endswith(SEND)]
    over = not names or any("tool_result" in str(message["content"]) for message in asked["messages"])
    if over:
        block, delta = {"type": "text", "text": ""}, {"type": "text_delta", "text": SENT}
    else:
        block = {"type": "tool_use", "id": "toolu_1", "name": names[0], "input": {}}
        delta = {"type": "input_json_delta", "partial_json": json.dumps(SMS)}
    usage = {"input_tokens": 1, "output_tokens": 1}
    message = {"id": "msg_1", "type": "message", "role": "assistant", "model": asked["model"], "content": []}
    stop = {"stop_reason": "end_turn" if over else "tool_use", "stop_sequence": None}
    return _events(
        {"type": "message_start", "message": {**message, "stop_reason": None, "stop_sequence": None, "usage": usage}},
        {"type": "content_block_start", "index": 0, "content_block": block},
        {"type": "content_block_delta", "index": 0, "delta": delta},
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": stop, "usage": usage},
        {"type": "message_stop"},
    )


async def openai(request: Request) -> Response:
    """`POST /v1/responses`, as Codex and the OpenAI Agents SDK ask."""
    asked = await request.json()
    over = any(item.get("type") == "function_call_output" for item in asked["input"])
    item = _said() if over else _called(asked["tools"])
    details = {"input_tokens_details": {"cached_tokens": 0}, "output_tokens_details": {"reasoning_tokens": 0}}
    answer = {
        "id": "resp_1",
        "object": "response",
        "created_at": 0,
        "model": asked["model"],
        "status": "completed",
        "output": [item],
        "parallel_tool_calls": False,
        "tool_choice": "auto",
        "tools": [],
        "usage": {"input_tokens": 1, "output_tokens": 1, "total_tokens": 2, **details},
    }
    if not asked.get("stream"):
        return JSONResponse(answer)
    return _events(
        {"type": "response.created", "response": {**answer, "status": "in_progress", "output": []}},
        {"type": "response.output_item.added", "output_index": 0, "item": item},
        {"type": "response.output_item.done", "output_index": 0, "item": item},
        {"type": "response.completed", "response": answer},
    )


def _said() -> Json:
    text = {"type": "output_text", "text": SENT, "annotations": []}
    return {"type": "message", "id": "msg_1", "role": "assistant", "status": "completed", "content": [text]}


def _called(tools: list[Json]) -> Json:
    """The call of the tool, which Codex has in a namespace."""
    call = {"type": "function_call", "id": "fc_1", "call_id": "call_1", "status": "completed"}
    call |= {"name": SEND, "arguments": json.dumps(SMS)}
    spaces = [tool["name"] for tool in tools if SEND in {inner["name"] for inner in tool.get("tools", ())}]
    return call | {"namespace": spaces[0]} if spaces else call


async def gemini(request: Request) -> Response:
    """`POST /v1beta/models/MODEL:streamGenerateContent`, as Gemini CLI asks."""
    asked = await request.json()
    declared = [tool for tools in asked.get("tools", ()) for tool in tools.get("functionDeclarations", ())]
    names = [tool["name"] for tool in declared if tool["name"].endswith(SEND)]
    over = not names or any("functionResponse" in part for turn in asked["contents"] for part in turn["parts"])
    part = {"text": SENT} if over else {"functionCall": {"name": names[0], "args": SMS}}
    candidate = {"index": 0, "content": {"role": "model", "parts": [part]}, "finishReason": "STOP"}
    usage = {"promptTokenCount": 1, "candidatesTokenCount": 1, "totalTokenCount": 2}
    return Response(
        f"data: {json.dumps({'candidates': [candidate], 'usageMetadata': usage})}\n\n", media_type="text/event-stream"
    )


def _events(*events: Json) -> Response:
    text = "".join(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in events)
    return Response(text, media_type="text/event-stream")


APP = Starlette(
    routes=[
        Route("/v1/messages", anthropic, methods=["POST"]),
        Route("/v1/responses", openai, methods=["POST"]),
        Route("/v1beta/models/{model:path}", gemini, methods=["POST"]),
    ]
)
