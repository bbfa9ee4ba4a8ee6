"""One tool call, from what the agent sent to what it reads back."""

from __future__ import annotations

import base64
import logging
import traceback
from collections.abc import Mapping
from typing import Any

import mcp_types as types
from pydantic_core import to_json

from telnyx_tools.api.errors import OutcomeUnknown, TelnyxError
from telnyx_tools.results.result import AttachedResult, Attachment, Result
from telnyx_tools.tool.tool import Effect, Tool

logger = logging.getLogger(__name__)


async def call_tool(tool: Tool, arguments: Mapping[str, object], given: Mapping[str, object]) -> types.CallToolResult:
    """Run a tool. Every failure comes back as a result that says what to do; only cancellation passes through."""
    try:
        return success(await run_tool(tool, arguments, given))
    except TelnyxError as error:
        return failure(error.describe())
    except Exception as error:  # noqa: BLE001 - the one boundary: an agent never reads a traceback
        _log(tool, error)
        return failure(_internal_error(tool))


async def run_tool(tool: Tool, arguments: Mapping[str, object], given: Mapping[str, object]) -> Result:
    """The result of a tool. Raises a TelnyxError that says what went wrong, and nothing else is expected."""
    try:
        return await tool.run(tool.arguments.parse(arguments), given)
    except OutcomeUnknown as error:
        error.check = error.check or tool.check
        raise


def success(result: Result) -> types.CallToolResult:
    """The result as structured content, the same JSON as text, and its files."""
    content = result.wire()
    files = [_file(attachment) for attachment in result.attachments] if isinstance(result, AttachedResult) else []
    return types.CallToolResult(content=[_text(content), *files], structured_content=content)


def failure(error: Mapping[str, object]) -> types.CallToolResult:
    """An error that the agent can act on."""
    return types.CallToolResult(content=[_text({"error": error})], is_error=True)


def _internal_error(tool: Tool) -> dict[str, object]:
    error: dict[str, object] = {
        "code": "internal_error",
        "title": "This server failed; its log has the details",
        "tool": tool.name,
    }
    if tool.effect is not Effect.READ:
        error["remedy"] = tool.check or "It may have taken place: look before making this call again."
    return error


def _text(value: Mapping[str, Any]) -> types.TextContent:
    return types.TextContent(type="text", text=to_json(value).decode())


def _file(file: Attachment) -> types.ContentBlock:
    encoded = base64.b64encode(file.content).decode()
    match file.mime_type.partition("/")[0]:
        case "audio":
            return types.AudioContent(type="audio", data=encoded, mime_type=file.mime_type)
        case "image":
            return types.ImageContent(type="image", data=encoded, mime_type=file.mime_type)
    blob = types.BlobResourceContents(uri=file.uri, mime_type=file.mime_type, blob=encoded)
    return types.EmbeddedResource(type="resource", resource=blob)


def _log(tool: Tool, error: Exception) -> None:
    """Where it failed, without the exception's text: that may quote people's data."""
    frames = "".join(traceback.format_tb(error.__traceback__))
    logger.error("%s failed with %s\n%s", tool.name, type(error).__name__, frames)
