"""An assistant as tools return it: short where it is long, and without what its tools send as credentials."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from pydantic import Field

from telnyx_tools.results.result import REDACTED, Detail, Part, Result, shape
from telnyx_tools.results.shorten import shorten, without_nulls

ROOM = 7_500
"""Characters of one assistant's summary."""
SHORT = 300
"""Characters of the instructions in lists."""

_CREDENTIALS = {"sip_auth_password"}


class ToolName(Part):
    id: str | None = None
    type: str | None = None
    name: str | None = None
    bucket_ids: list[str] | None = Field(None, description="of its knowledge")


class Server(Part):
    id: str | None = None


class VoiceOf(Part):
    voice: str | None = None


class TranscriptionOf(Part):
    model: str | None = None
    language: str | None = None


class TelephonyOf(Part):
    default_texml_app_id: str | None = Field(None, description="the TeXML application of its calls")


class MessagingOf(Part):
    default_messaging_profile_id: str | None = None


class AssistantRow(Result):
    id: str | None = None
    name: str | None = None
    model: str | None = None
    description: str | None = None
    instructions: str | None = Field(None, description="the beginning, where they are long")
    enabled_features: list[str] | None = None
    telephony_settings: TelephonyOf | None = None
    tags: list[str] | None = None
    created_at: str | None = None


class DeletedAssistant(AssistantRow):
    deleted_at: str | None = None
    permanently_deleted_at: str | None = Field(None, description="until then restore_assistant brings it back")


class Assistant(AssistantRow):
    greeting: str | None = None
    voice_settings: VoiceOf | None = None
    transcription: TranscriptionOf | None = None
    messaging_settings: MessagingOf | None = None
    tools: list[ToolName] | None = None
    mcp_servers: list[Server] | None = None
    dynamic_variables: dict[str, object] | None = None
    dynamic_variables_webhook_url: str | None = None
    version_id: str | None = None
    version_name: str | None = None


class Version(AssistantRow):
    """A version in a list of them."""

    version_id: str | None = None
    version_name: str | None = None
    version_created_at: str | None = None


def assistant_of(answer: object, detail: Detail = "summary", also: Collection[str] = ()) -> Assistant:
    """The assistant of an answer, its summary within the budget of one, with the fields that an update set."""
    raw = answer.get("data", answer) if isinstance(answer, dict) else answer
    if not isinstance(raw, dict):
        return shape(Assistant, answer, detail)
    safe = without_credentials(raw)
    raw = {**safe, "tools": _named(safe.get("tools"), detail)}
    if detail == "full":
        return shape(Assistant, raw, detail)
    fields = without_nulls({name: raw[name] for name in raw if name in Assistant.model_fields or name in also})
    return shape(Assistant, shorten(fields, ROOM)[0], also=also)


def rows_of(answer: object) -> object:
    """A list of assistants with the beginnings of their instructions."""
    if isinstance(answer, dict) and isinstance(answer.get("data"), list):
        return {**answer, "data": [_short(without_credentials(item)) for item in answer["data"]]}
    return answer


def without_credentials(value: Any) -> Any:
    """The value without the headers and passwords that its tools send, but with references to secrets."""
    if isinstance(value, list):
        return [without_credentials(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {name: _safe(name, inner) for name, inner in value.items()}


def _safe(name: str, value: Any) -> Any:
    if name in _CREDENTIALS and value:
        return REDACTED
    if name in ("headers", "custom_headers") and isinstance(value, list):
        return [_header(each) for each in value]
    return without_credentials(value)


def _header(header: Any) -> Any:
    """A header whose value is shown only where it refers to a secret."""
    if not isinstance(header, dict) or "value" not in header or "{{" in str(header["value"]):
        return header
    return {**header, "value": REDACTED}


def _named(tools: Any, detail: Detail) -> Any:
    """Tools by id, type and name; the whole ones for `detail="full"`."""
    if detail == "full" or not isinstance(tools, list):
        return tools
    return [_name(tool) if isinstance(tool, dict) else tool for tool in tools]


def _name(tool: dict[str, Any]) -> dict[str, Any]:
    kind = tool.get("type")
    own = tool.get(kind) if isinstance(kind, str) else None
    name = own.get("name") if isinstance(own, dict) else None
    buckets = own.get("bucket_ids") if isinstance(own, dict) else None
    return {"id": tool.get("id"), "type": kind, "name": tool.get("display_name") or name, "bucket_ids": buckets}


def _short(item: Any) -> Any:
    instructions = item.get("instructions") if isinstance(item, dict) else None
    if not isinstance(instructions, str) or len(instructions) <= SHORT:
        return item
    return {**item, "instructions": f"{instructions[:SHORT]}… ({len(instructions):,} characters)"}
