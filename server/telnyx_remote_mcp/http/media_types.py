"""Negotiates media types: the encoding of request bodies, and the form of answers that the client accepts."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Final

from mcp_types.version import MODERN_PROTOCOL_VERSIONS
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from telnyx_remote_mcp.http.refusal import Refusal

JSON: Final = b"application/json"
STREAM: Final = b"text/event-stream"
BOTH: Final = b"application/json, text/event-stream"
_JSON_RANGES: Final = frozenset({JSON, b"application/*", b"*/*"})
_STREAM_RANGES: Final = frozenset({STREAM, b"text/*", b"*/*"})
_REFUSED: Final = frozenset({b"q=0", b"q=0.0", b"q=0.00", b"q=0.000"})
_MODERN: Final = frozenset(version.encode() for version in MODERN_PROTOCOL_VERSIONS)
_SINGLE: Final = "telnyx.single_answer"
_UNANSWERED: Final = {"jsonrpc": "2.0", "id": None, "error": {"code": -32603, "message": "The session has ended"}}

Headers = list[tuple[bytes, bytes]]


class MediaTypes:
    """Converts answers for clients that accept only JSON, or only an event stream.

    A client without an Accept header accepts both, and the app chooses. A client that accepts neither gets a 406, and
    a compressed body a 415.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            accepted = _accepted(scope)
        except Refusal as refusal:
            await refusal(scope, receive, send)
            return
        if accepted == BOTH or scope["method"] != "POST":
            await self.app(_accepting(scope, accepted), receive, send)
        elif accepted == STREAM:
            await self.app(_accepting(scope, BOTH), receive, _JsonToStream(send).send)
        elif _values(scope, b"mcp-protocol-version")[:1] in ([version] for version in _MODERN):
            await self.app(_accepting(scope, JSON), receive, send)
        else:
            await self.app({**_accepting(scope, BOTH), _SINGLE: True}, receive, _StreamToJson(send).send)


def takes_one_answer(scope: Scope) -> bool:
    """Return whether the client receives the answer alone: no progress, and no question during a call."""
    return _SINGLE in scope


def _accepted(scope: Scope) -> bytes:
    """The media types that the client accepts, as one Accept header.

    Raises the Refusal where it accepts neither of the two, or where its body is compressed.
    """
    encodings = {part.strip() for part in b",".join(_values(scope, b"content-encoding")).lower().split(b",")}
    if encodings - {b"", b"identity"}:
        raise Refusal(
            415,
            "unsupported_encoding",
            "Send the body uncompressed: identity is the only Content-Encoding that is taken.",
            {"Accept-Encoding": "identity"},
        )
    ranges = b",".join(_values(scope, b"accept")).lower()
    if not ranges.strip(b" ,\t"):
        return BOTH
    taken = set(_taken(ranges.split(b",")))
    forms = [form for form, names in ((JSON, _JSON_RANGES), (STREAM, _STREAM_RANGES)) if taken & names]
    if not forms:
        raise Refusal(
            406, "not_acceptable", "Answers are application/json or text/event-stream; accept one of them, or both."
        )
    return b", ".join(forms)


def _taken(ranges: Iterable[bytes]) -> Iterable[bytes]:
    for each in ranges:
        name, *parameters = (part.strip() for part in each.split(b";"))
        if not _REFUSED & {parameter.replace(b" ", b"") for parameter in parameters}:
            yield name


def _accepting(scope: Scope, accept: bytes) -> Scope:
    """The request in the form that the SDK needs: one Accept header, and JSON's media type in lower case."""
    headers = [(name, _content_type(value) if name == b"content-type" else value) for name, value in scope["headers"]]
    return {**scope, "headers": [*(pair for pair in headers if pair[0] != b"accept"), (b"accept", accept)]}


def _content_type(value: bytes) -> bytes:
    name, mark, parameters = value.partition(b";")
    return JSON + mark + parameters if name.strip().lower() == JSON else value


def _values(scope: Scope, name: bytes) -> list[bytes]:
    return [value for each, value in scope["headers"] if each == name]


class _Buffered:
    """Buffers a 200 response of type `form`, to convert it once it is complete; sends any other response on."""

    form: bytes

    def __init__(self, send: Send) -> None:
        self._send = send
        self._start: Message | None = None
        self._body = b""

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start" and self._is_other(message):
            self._start = message
        elif message["type"] != "http.response.body" or self._start is None:
            await self._send(message)
        else:
            self._body += message.get("body", b"")
            if not message.get("more_body", False):
                await self._finish(self._start, self._body)

    def _is_other(self, start: Message) -> bool:
        form: bytes = dict(start["headers"]).get(b"content-type", b"")
        return start["status"] == 200 and form.startswith(self.form)

    async def _finish(self, start: Message, body: bytes) -> None:
        raise NotImplementedError

    async def _give(self, start: Message, form: bytes, body: bytes) -> None:
        dropped = (b"content-type", b"content-length", b"cache-control", b"connection")
        kept = [pair for pair in start["headers"] if pair[0].lower() not in dropped]
        added: Headers = [(b"content-type", form), (b"content-length", str(len(body)).encode())]
        await self._send({**start, "headers": [*kept, *added]})
        await self._send({"type": "http.response.body", "body": body})


class _StreamToJson(_Buffered):
    """Converts an event stream to JSON: the answer in it alone."""

    form = STREAM

    async def _finish(self, start: Message, body: bytes) -> None:
        answer = _answer_in(body)
        if answer is None:
            answer, start = json.dumps(_UNANSWERED).encode(), {**start, "status": 500}
        await self._give(start, JSON, answer)


class _JsonToStream(_Buffered):
    """Converts a JSON answer to an event stream of one event."""

    form = JSON

    async def _finish(self, start: Message, body: bytes) -> None:
        await self._give(start, STREAM, b"event: message\r\ndata: %s\r\n\r\n" % body.replace(b"\n", b""))


def _answer_in(stream: bytes) -> bytes | None:
    """The data of the last event that is an answer, after any progress; None where there is none."""
    for event in reversed(stream.replace(b"\r\n", b"\n").split(b"\n\n")):
        data = b"\n".join(line[5:].strip() for line in event.split(b"\n") if line.startswith(b"data:"))
        if data and _is_answer(json.loads(data)):
            return data
    return None


def _is_answer(message: dict[str, Any]) -> bool:
    return "result" in message or "error" in message
