"""Checks that a request is a JSON-RPC message in a known protocol version, and that an `initialize` is complete."""

from __future__ import annotations

import json
from typing import Any, Final

import mcp_types as types
from mcp_types.version import KNOWN_PROTOCOL_VERSIONS, MODERN_PROTOCOL_VERSIONS
from pydantic import ValidationError
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from telnyx_remote_mcp.protocol.lines import BOM, BrokenLine, message_in, request_id

_OLDEST: Final = KNOWN_PROTOCOL_VERSIONS[0].encode()
_LONGEST_VERSION: Final = 64
_NEWEST_FIRST: Final = list(reversed(KNOWN_PROTOCOL_VERSIONS))


class Handshake:
    """Answers 400 to an unknown protocol version, a body that is not a message, and an incomplete `initialize`.

    The answer says what would be right, and no session is created. Broken requests of the newer protocol are left to
    the SDK, which refuses them.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] != "POST":
            await self.app(scope, receive, send)
            return
        message = await receive()  # the whole body: an outer layer has read it already
        content = message.get("body", b"").removeprefix(BOM)
        error = _refused(dict(reversed(scope["headers"])), content)
        if error is None:
            await self.app(scope, _replaying({**message, "body": content}, receive), send)
        else:
            body = error.model_dump_json(by_alias=True, exclude_unset=True)
            await Response(body, 400, media_type="application/json")(scope, receive, send)


def _refused(headers: dict[bytes, bytes], body: bytes) -> types.JSONRPCError | None:
    version = headers.get(b"mcp-protocol-version", _OLDEST).decode("latin-1")
    if version not in KNOWN_PROTOCOL_VERSIONS:
        # Where header and body name different versions, the SDK refuses the mismatch.
        return _unknown_version(version, body) if _version_in(body) in (None, version) else None
    if version in MODERN_PROTOCOL_VERSIONS:
        return None
    try:
        message = message_in(body)
    except BrokenLine as broken:
        return broken.answer
    return _incomplete(message) if b"mcp-session-id" not in headers else None


def _unknown_version(version: str, body: bytes) -> types.JSONRPCError:
    known = ", ".join(_NEWEST_FIRST)
    # A request of the newer protocol gets the versions that `server/discover` lists: those without a handshake.
    supported = list(MODERN_PROTOCOL_VERSIONS) if _version_in(body) == version else _NEWEST_FIRST
    data = {"supported": supported, "requested": version[:_LONGEST_VERSION]}
    why = f"Unknown protocol version {version[:_LONGEST_VERSION]!r}; known are {known}"
    return _error(types.UNSUPPORTED_PROTOCOL_VERSION, why, request_id(body), data=data)


def _version_in(body: bytes) -> object:
    """The protocol version in the body's `_meta`, where requests of the newer protocol have it."""
    params = _document(body).get("params")
    meta = params.get("_meta") if isinstance(params, dict) else None
    return meta.get(types.PROTOCOL_VERSION_META_KEY) if isinstance(meta, dict) else None


def _document(body: bytes) -> dict[str, Any]:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}


def _incomplete(message: types.JSONRPCMessage) -> types.JSONRPCError | None:
    """Return the error for an incomplete `initialize`; None for a complete one, and for other messages."""
    if not isinstance(message, types.JSONRPCRequest) or message.method != "initialize":
        return None
    try:
        types.InitializeRequestParams.model_validate(message.params or {}, by_name=False)
    except ValidationError as error:
        return _error(types.INVALID_PARAMS, f"initialize: {_wrong(error)}", message.id)
    return None


def _wrong(error: ValidationError) -> str:
    found = error.errors(include_url=False, include_context=False, include_input=False)
    missing = [_place(each["loc"]) for each in found if each["type"] == "missing"]
    if missing:
        return f"{', '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing"
    return f"{_place(found[0]['loc'])}: {found[0]['msg']}"


def _place(location: tuple[int | str, ...]) -> str:
    return ".".join(map(str, ("params", *location)))[:200]


def _error(code: int, why: str, request: types.RequestId | None, **data: Any) -> types.JSONRPCError:
    return types.JSONRPCError(jsonrpc="2.0", id=request, error=types.ErrorData(code=code, message=why, **data))


def _replaying(message: Message, receive: Receive) -> Receive:
    """Return a `receive` that gives back this message first, which was read already, and then reads on."""
    pending = [message]

    async def replay() -> Message:
        return pending.pop() if pending else await receive()

    return replay
