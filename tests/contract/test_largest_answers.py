"""No answer is larger than clients take, whatever an account holds: unless it is asked for in full, it has at most
8,000 tokens, and says what was left out."""

import base64
import json
import random
from typing import Any

import httpx2
import pytest
from jsonschema import Draft202012Validator
from tests.contract import storage
from tests.contract.calling import TOOLS, accepted, documented, play

from telnyx_tools.results.tokens import fits
from telnyx_tools.tool.tool import Tool

KEPT = ("id", "status", "state", "type", "direction", "channels", "url", "uri", "time", "at", "date", "token", "number")
"""The ends of names whose texts decide what a tool does next, or are of a form."""
ITEMS = 15
NOISE = random.Random(1)
TEXTS = (
    "The parcel is delayed; we call you back tomorrow about the new time. " * 20,
    "您的包裹被延迟了我们明天会给您回电话告诉您新的时间" * 50,
    "".join(chr(0x1F300 + NOISE.randrange(700)) for _ in range(600)),
    base64.b64encode(NOISE.randbytes(1_000)).decode(),
    "ይህ ስለ ስልክ ቁጥሮች የሙከራ ጽሑፍ ነው " * 40,
)


def filled(value: Any, name: str = "", items: int = ITEMS) -> Any:
    """The answer with as many items and as long texts as hardly any account has."""
    if isinstance(value, dict):
        return {key: filled(inner, key, items) for key, inner in value.items()}
    if isinstance(value, list):
        return [filled(value[0], name, 1)] * items if value else []
    if isinstance(value, str) and not name.lower().endswith(KEPT):
        return value + TEXTS[len(name) % len(TEXTS)]
    return value


def full_account(request: httpx2.Request) -> httpx2.Response:
    answer = documented(request)
    if storage.is_storage(request) or not answer.content:
        return answer
    content = json.dumps(filled(json.loads(answer.content))).encode()
    return httpx2.Response(200, headers={"content-type": "application/json"}, content=content)


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_no_answer_is_larger_than_clients_take(tool: Tool) -> None:
    arguments = {name: value for name, value in accepted(tool).items() if name not in ("detail", "arguments")}
    played = play(tool, arguments, full_account)
    assert fits(played.text)
    if played.result.is_error:
        return
    assert json.loads(played.text) == played.content
    Draft202012Validator(tool.output_schema).validate(played.content)
    too_long = played.content.get("too_long", {})
    assert len(too_long) != 1  # what is missing, and how to get it
    assert "items" not in too_long or "next" not in played.content  # a page is followed by what it does not show
