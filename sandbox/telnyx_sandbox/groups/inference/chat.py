"""Chat completions: the answer repeats the last message, or fits the JSON schema in the request."""

import json
from typing import Any

from ...body import Body
from ...errors import SandboxError
from ...reply import Reply
from ...request import Request
from ...routing import Routes
from .models import find_model

routes = Routes()

CHARACTERS_PER_TOKEN = 4
DEFAULT_MOST_TOKENS = 8_192


@routes.post("/ai/openai/chat/completions")
def complete(request: Request) -> Reply:
    account, body = request.account, request.body
    if body.flag("stream"):
        raise SandboxError("10015", "The sandbox does not stream.", pointer="/stream")
    model, messages = find_model(body.text("model")), list(body.objects("messages"))
    if not messages:
        raise SandboxError("10015", "At least one message is needed.", pointer="/messages")
    said = [_text(message) for message in messages]
    answer = _answer(body, said[-1])
    most = body.integer("max_tokens") or DEFAULT_MOST_TOKENS
    asked, answered = sum(map(tokens, said)), tokens(answer)
    account.charge(model.price * (asked + min(most, answered)) / 1_000)
    message = {"role": "assistant", "content": answer[: most * CHARACTERS_PER_TOKEN]}
    finish = "stop" if answered <= most else "length"
    return Reply(
        {
            "id": f"chatcmpl-{account.ids.uuid('chat')}",
            "object": "chat.completion",
            "created": int(account.clock.now()),
            "model": model.id,
            "choices": [{"index": 0, "message": message, "finish_reason": finish}],
            "usage": usage(asked, min(most, answered)),
        }
    )


def tokens(text: str) -> int:
    return -(-len(text) // CHARACTERS_PER_TOKEN)


def usage(asked: int, answered: int) -> dict[str, object]:
    return {"prompt_tokens": asked, "completion_tokens": answered, "total_tokens": asked + answered}


def _text(message: Body) -> str:
    """The text of a message and its parts; a part without text, such as a picture, counts as one word."""
    content = message.value("content")
    if isinstance(content, str):
        return content
    parts = message.objects("content")
    return " ".join(part.text("text") or f"[{part.text('type')}]" for part in parts)


def _answer(body: Body, said: str) -> str:
    wanted = body.object("response_format")
    described = wanted.object("json_schema") if wanted is not None else None
    if described is not None:
        return json.dumps(_example(described.fields("schema") or {}))
    if wanted is not None and wanted.text("type") == "json_object":
        return json.dumps({"you_said": said})
    return f"You said: {said}"


def _example(schema: Any, depth: int = 0) -> object:
    """A small value that fits the usual words of a JSON schema."""
    if not isinstance(schema, dict) or depth > 8:
        return None
    if "const" in schema:
        return schema["const"]
    if isinstance(schema.get("enum"), list) and schema["enum"]:
        return schema["enum"][0]
    kind = schema.get("type", "object")
    if kind == "array":
        return [_example(schema.get("items"), depth + 1)]
    if kind == "object":
        members = schema.get("properties")
        members = members if isinstance(members, dict) else {}
        return {name: _example(inner, depth + 1) for name, inner in members.items()}
    return _SIMPLE.get(kind) if isinstance(kind, str) else None


_SIMPLE: dict[str, object] = {"string": "example", "integer": 1, "number": 1.5, "boolean": True}
