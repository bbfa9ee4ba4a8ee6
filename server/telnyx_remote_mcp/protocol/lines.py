"""Parses the lines that a client writes: each is a message, or is answered with an error that says what is wrong."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, Final

import mcp_types as types

BOM: Final = b"\xef\xbb\xbf"
_TOKEN: Final = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[{}\[\]:,"]|[^\s"{}\[\]:,]++', re.DOTALL)
_LAST_MEMBER: Final = re.compile(
    rb',\s*"id"\s*:\s*("[^"\\]*"|-?[0-9]+)\s*(?:,\s*"(?:jsonrpc|method)"\s*:\s*"[^"\\]*"\s*)*\}\s*$'
)
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_MOST_SHOWN: Final = 200


class BrokenLine(Exception):
    """A line that holds no valid message. `answer` is the error for its sender; None if it cannot be answered."""

    def __init__(self, why: str, code: int, request: object = None, *, answered: bool = True) -> None:
        super().__init__(why)
        self.answer = _error(code, why, request) if answered else None


def message_in(line: bytes) -> types.JSONRPCMessage:
    """The message in a line. Raises BrokenLine."""
    text = line.strip().removeprefix(BOM)
    try:
        message = types.jsonrpc_message_adapter.validate_json(text, by_name=False)
    except ValueError:
        raise _broken(text) from None
    if isinstance(message, types.JSONRPCNotification) and "id" in json.loads(text):
        raise _broken(text)
    return message


def too_long(head: bytes, tail: bytes, limit: int) -> BrokenLine:
    """Return the error for a line of which only the head and the tail were kept."""
    request = request_id(head.removeprefix(BOM))
    if request is None and (last := _LAST_MEMBER.search(tail)) is not None:
        request = json.loads(last[1])
    why = f"A message may have {limit:,} bytes"
    return BrokenLine(why, types.INVALID_REQUEST, request, answered=request is not None)


def _broken(text: bytes) -> BrokenLine:
    try:
        raw = json.loads(text.decode("utf-8", "surrogateescape"))
    except RecursionError:
        return _unparsed(text, types.INVALID_REQUEST, "Nested too deeply")
    except ValueError:
        return _unparsed(text, types.PARSE_ERROR, "Not JSON")
    if isinstance(raw, list):
        return BrokenLine("No batches: send each message by itself", types.INVALID_REQUEST)
    if not isinstance(raw, dict) or "id" not in raw or ("method" not in raw and raw.keys() & {"result", "error"}):
        return BrokenLine(
            "Neither a request nor a valid notification or response", types.INVALID_REQUEST, answered=False
        )
    return _refused(raw)


def _unparsed(text: bytes, code: int, why: str) -> BrokenLine:
    request = request_id(text)
    return BrokenLine(why, code, request, answered=request is not None)


def _refused(raw: dict[str, Any]) -> BrokenLine:
    """Return the error of a request whose members can be read."""
    request, wrong = raw["id"], types.INVALID_REQUEST
    if not _is_id(request):
        return BrokenLine("id must be a text or a whole number", wrong, request)
    if raw.get("jsonrpc") != "2.0":
        return BrokenLine('jsonrpc must be "2.0"', wrong, request)
    if not isinstance(raw.get("method"), str):
        return BrokenLine("method must be a text", wrong, request)
    if not isinstance(raw.get("params", {}), dict):
        return BrokenLine("params must be an object", types.INVALID_PARAMS, request)
    if (place := _find_surrogate(raw)) is not None:
        why = f"{place} holds half a character (an unpaired surrogate), or bytes that are not UTF-8"
        return BrokenLine(why, types.INVALID_PARAMS, request)
    return BrokenLine("Nested too deeply, or not a request", wrong, request)


def _find_surrogate(raw: dict[str, Any]) -> str | None:
    """Return the path of the member that is not valid Unicode, such as `params.arguments.text`."""
    waiting: list[tuple[str, object]] = [("", raw)]
    while waiting:
        place, value = waiting.pop()
        if isinstance(value, str) and _SURROGATE.search(value):
            return place[:_MOST_SHOWN]
        if isinstance(value, dict):
            if any(_SURROGATE.search(name) for name in value):
                return f"The name of a member of {place or 'the message'}"[:_MOST_SHOWN]
            waiting += [(f"{place}.{name}" if place else name, item) for name, item in value.items()]
        elif isinstance(value, list):
            waiting += [(f"{place}[{index}]", item) for index, item in enumerate(value)]
    return None


def request_id(text: bytes) -> types.RequestId | None:
    """The id of a request, if it can be found: also in text that is not valid JSON."""
    members = dict(_members(text))
    if members.keys() & {b'"result"', b'"error"'}:
        return None
    try:
        found = json.loads(members.get(b'"id"', b"null"))
    except ValueError:
        return None
    return found if _is_id(found) else None


def _members(text: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The members of the outermost object, with the first token of each value; b"" of a value that is not complete."""
    depth, key, value, last = 0, b"", b"", b""
    for each in _TOKEN.finditer(text):
        token = each[0]
        if token == b'"' or (depth == 0 and token != b"{"):
            break
        if depth == 1 and token in (b",", b"}") and key:
            yield key, value
            key = b""
        if depth == 1 and last == b":":
            value = token
        depth += (token in (b"{", b"[")) - (token in (b"}", b"]"))
        if token == b":" and depth == 1:
            key = last
        last = token
    if key:
        yield key, b""


def _is_id(value: object) -> bool:
    if isinstance(value, str):
        return _SURROGATE.search(value) is None
    return isinstance(value, int) and not isinstance(value, bool)


def _error(code: int, why: str, request: object) -> types.JSONRPCError:
    known: Any = request if _is_id(request) else None
    return types.JSONRPCError(jsonrpc="2.0", id=known, error=types.ErrorData(code=code, message=why))
