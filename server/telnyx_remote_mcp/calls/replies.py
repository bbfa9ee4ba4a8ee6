"""Replies: turns the result or error of every call into what the agent reads. An agent never reads a traceback."""

from __future__ import annotations

import base64
import logging
import traceback
from collections.abc import Awaitable, Mapping

import mcp_types as types
from pydantic_core import to_json

from telnyx_remote_mcp.calls.question import AskFirst
from telnyx_tools.api.errors import TelnyxError
from telnyx_tools.results.bounded import bounded
from telnyx_tools.results.result import AttachedResult, Attachment, Result, fitted
from telnyx_tools.results.tokens import fits
from telnyx_tools.results.visible import may_hide, visible_only
from telnyx_tools.tool.context import Action
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.tool import Tool

logger = logging.getLogger(__name__)

_WAYS = {"detail": 'detail="full"', "fields": "`fields`", "at": "`at`", "limit": "a smaller `limit`"}
"""The arguments by which an agent sees more of an answer, or another part of it."""


async def reply(action: Action, outcome: Awaitable[Result], arguments: Mapping[str, object]) -> types.CallToolResult:
    """The result of a call with these arguments, or its error as a result that says what to do.

    Lets through cancellation, and AskFirst, which the caller turns into a question.
    """
    try:
        return success(await outcome, in_full=_asked_in_full(arguments), more=_more(action))
    except AskFirst:
        raise
    except TelnyxError as error:
        return failure(error.describe())
    except Exception as error:  # noqa: BLE001 - the one boundary
        _log(action, error)
        return failure(_internal_error(action))


def success(result: Result, *, in_full: bool, more: str) -> types.CallToolResult:
    """The result as structured content, the same JSON as text, and its files.

    It is shortened to the size limit unless the call asked for it in full; `more` says how to get the rest.
    """
    files = [_file(attachment) for attachment in result.attachments] if isinstance(result, AttachedResult) else []
    result, text = fitted(result) if in_full else (result, result.wire_json())
    structured = result.wire()
    if not in_full and not fits(text):
        structured = bounded(structured, more)
        text = to_json(structured).decode()
    if may_hide(text):  # messages, names, transcripts and files, which strangers wrote
        structured = visible_only(structured)
        text = to_json(structured).decode()
    if "</" in text:
        text = text.replace("</", "<\\/")  # the same JSON; no text in it can close a tag that a client puts around it
    content = types.TextContent(type="text", text=text)
    return types.CallToolResult(content=[content, *files], structured_content=structured)


def failure(error: Mapping[str, object]) -> types.CallToolResult:
    """An error that the agent can act on."""
    shown = visible_only(error)
    text = to_json({"error": shown}).decode()
    if not fits(text):
        text = to_json({"error": bounded(shown, "this is the beginning")}).decode()
    return types.CallToolResult(content=[types.TextContent(type="text", text=text)], is_error=True)


def _asked_in_full(arguments: Mapping[str, object]) -> bool:
    """Whether the call asks for everything, itself or in the call that a generic tool makes."""
    inner = arguments.get("arguments")
    return arguments.get("detail") == "full" or (isinstance(inner, Mapping) and inner.get("detail") == "full")


def _more(action: Action) -> str:
    takes = action.arguments.fields if isinstance(action, Tool) else {}
    ways = [way for name, way in _WAYS.items() if name in takes]
    return f"{' or '.join(ways)} shows more" if ways else "ask for a part of it"


def _internal_error(action: Action) -> dict[str, object]:
    error: dict[str, object] = {
        "code": "internal_error",
        "title": "This server failed; its log has the details",
        "tool": action.name,
    }
    if action.effect is not Effect.READ:
        error["remedy"] = action.check or "It may have taken place: look before making this call again."
    return error


def _file(file: Attachment) -> types.ContentBlock:
    encoded = base64.b64encode(file.content).decode()
    match file.mime_type.partition("/")[0]:
        case "audio":
            return types.AudioContent(type="audio", data=encoded, mime_type=file.mime_type)
        case "image":
            return types.ImageContent(type="image", data=encoded, mime_type=file.mime_type)
    blob = types.BlobResourceContents(uri=file.uri, mime_type=file.mime_type, blob=encoded)
    return types.EmbeddedResource(type="resource", resource=blob)


def _log(action: Action, error: Exception) -> None:
    """Log where the failure occurred, without the exception's text, which may quote people's data."""
    frames = "".join(traceback.format_tb(error.__traceback__))
    logger.error("%s failed with %s\n%s", action.name, type(error).__name__, frames)
