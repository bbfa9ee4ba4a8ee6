"""Chat models."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from telnyx_tools.api.client import LONG_SECS, Telnyx
from telnyx_tools.api.errors import ApiError
from telnyx_tools.argument_errors import InvalidArguments, Problem
from telnyx_tools.groups.inference import inference
from telnyx_tools.results.outside import Outside
from telnyx_tools.results.result import Part, Result, shape
from telnyx_tools.tool.bodies import Given, present
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.source import From
from telnyx_tools.tool.types import BucketName, Id, SecretIdentifier, Url

MOST_TEXT = 36_000
"""Characters of an answer that an agent gets."""

LOST = "The answer is lost and nothing else happened: call it again if it is still needed; that costs once more."


class TextOrImage(Given):
    type: Literal["text", "image_url"]
    text: str | None = None
    image_url: Url | None = None


class ChatMessage(Given):
    role: Literal["system", "user", "assistant"]
    content: str | list[TextOrImage]


class Usage(Part):
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    total_tokens: int | None = None


class ChatAnswer(Result):
    text: Annotated[str | None, Outside("a model, of what it was given to read", answers=True)] = None
    text_cut: bool | None = Field(None, description=f"true: only its first {MOST_TEXT:,} characters are here")
    finish_reason: str | None = Field(None, description="length: max_tokens ended it")
    model: str | None = None
    usage: Usage | None = None

    @model_validator(mode="before")
    @classmethod
    def _first_choice(cls, raw: Any) -> Any:
        """The text of the first choice in place of all choices."""
        choices = raw.get("choices") if isinstance(raw, dict) else None
        choice = choices[0] if isinstance(choices, list) and choices else None
        if not isinstance(choice, dict):
            return raw
        message = choice.get("message")
        text = message.get("content") if isinstance(message, dict) else None
        if not isinstance(text, str):
            return raw
        found = {"text": text[:MOST_TEXT], "text_cut": len(text) > MOST_TEXT or None}
        found["finish_reason"] = choice.get("finish_reason")
        return {name: value for name, value in raw.items() if name != "choices"} | found


@inference.tool(effect=Effect.SPENDS, scope="ai.write", calls="POST /ai/openai/chat/completions", check=LOST)
async def chat_completion(
    telnyx: Telnyx,
    messages: Annotated[list[ChatMessage], Field(min_length=1, max_length=200)],
    model: Annotated[Id | None, From("list_ai_models")] = None,
    max_tokens: Annotated[int | None, Field(ge=1, le=100_000)] = None,
    temperature: Annotated[float | None, Field(ge=0, le=2)] = None,
    top_p: Annotated[float | None, Field(ge=0, le=1)] = None,
    stop: Annotated[list[str] | None, Field(min_length=1, max_length=4)] = None,
    seed: int | None = None,
    reasoning_effort: Literal["none", "minimal", "low", "medium", "high", "xhigh", "max"] | None = None,
    enable_thinking: bool | None = None,
    json_schema: Annotated[
        dict[str, object] | None, Field(description="JSON schema that the answer has to fit")
    ] = None,
    retrieval_buckets: Annotated[list[BucketName], Field(description="embedded buckets to answer from")] = [],
    api_key_ref: Annotated[
        SecretIdentifier | None, Field(description="secret with your key, for other providers' models")
    ] = None,
    region: Annotated[Literal["USA", "EU", "AUS", "UAE"] | None, Field(description="where it is served")] = None,
    strict_region: Annotated[bool | None, Field(description="fail rather than leave the region")] = None,
) -> ChatAnswer:
    """Send text and pictures to a chat model hosted by Telnyx and get its answer. Charged by the token."""
    if strict_region is not None and region is None:
        raise InvalidArguments([Problem("region", "strict_region needs a region.")])
    body = {
        "messages": messages,
        "model": model,
        "max_tokens": max_tokens,
        "temperature": temperature,
        "top_p": top_p,
        "stop": stop,
        "seed": seed,
        "reasoning_effort": reasoning_effort,
        "enable_thinking": enable_thinking,
        "response_format": _format(json_schema),
        "tools": [{"type": "retrieval", "retrieval": {"bucket_ids": retrieval_buckets}}] if retrieval_buckets else None,
        "api_key_ref": api_key_ref,
        "region": region,
        "mode": None if strict_region is None else "strict" if strict_region else "preferred",
    }
    with choosing("model", "list_ai_models"):
        answer = await telnyx.post("/ai/openai/chat/completions", body=present(body), timeout_secs=LONG_SECS)
    found = shape(ChatAnswer, answer)
    # The API does not promise the fields of this answer: without a text, everything is shown.
    return found if found.text is not None else shape(ChatAnswer, answer, "full")


def _format(json_schema: dict[str, object] | None) -> dict[str, object] | None:
    if json_schema is None:
        return None
    return {"type": "json_schema", "json_schema": {"name": "answer", "schema": json_schema, "strict": True}}


@contextmanager
def choosing(field: str, source: str) -> Iterator[None]:
    """Within it, an error that points at this field names the tool that has its values."""
    try:
        yield
    except ApiError as error:
        if any((item.pointer or "").rpartition("/")[2] == field for item in error.items):
            error.remedy = f"Take {field} from {source}."
        raise
