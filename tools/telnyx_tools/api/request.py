"""A request to one operation, and how it becomes a `Call` that can be sent."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import httpx2

from telnyx_tools.api.call import MAX_RESPONSE_BYTES, READ_SECS, Call
from telnyx_tools.api.credential import Credential
from telnyx_tools.api.errors import InvalidArgument
from telnyx_tools.api.paths import build_path
from telnyx_tools.api.query import Query, encode_query
from telnyx_tools.api.retry import MAX_ATTEMPTS, Replay

Body: TypeAlias = Mapping[str, object] | Sequence[object]

MAX_URL = 16_000

_HEADER_NAME = re.compile(r"[A-Za-z0-9-]{1,100}")
_HEADER_VALUE = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]{0,998}[\x21-\x7e])?")
_OWN_HEADERS = frozenset(
    {"accept", "accept-encoding", "authorization", "connection", "content-length", "content-type", "cookie", "expect"}
    | {"host", "keep-alive", "proxy-authorization", "te", "trailer", "transfer-encoding", "upgrade", "user-agent"}
)

_encode_json = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode


@dataclass(frozen=True, slots=True)
class File:
    """A file of a multipart upload."""

    name: str
    content: bytes
    content_type: str = "application/octet-stream"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request to one operation. Give at most one of `body` (JSON), `content` (raw) and `files` (multipart).

    `template` and `ids` make the path. With `files`, `fields` are the other parts of the form. `max_bytes` limits the
    answer. `headers` are parameters of the operation; they cannot replace the client's headers. `idempotency_key` sends
    a new `Idempotency-Key`, the same in every attempt, unless `headers` has one.
    """

    method: str
    template: str
    ids: Mapping[str, str] = field(default_factory=dict)
    query: Query | None = None
    body: Body | None = None
    content: bytes | None = None
    content_type: str = "application/octet-stream"
    files: Mapping[str, File] | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    accept: str = "application/json"
    replay: Replay = Replay.NEVER
    idempotency_key: bool = False
    attempts: int = MAX_ATTEMPTS
    timeout_secs: float = READ_SECS
    max_bytes: int = MAX_RESPONSE_BYTES


def build_call(request: Request, base_url: str, credential: Credential, user_agent: str) -> Call:
    """The request as it is sent, with bearer authorization. Raises InvalidArgument for a value that cannot be sent."""
    content, content_type = _encode_body(request)
    headers = [
        ("Authorization", f"Bearer {credential.secret}"),
        ("Accept", _header_value("accept", request.accept)),
        ("Accept-Encoding", "identity"),
        ("User-Agent", user_agent),
    ]
    if content_type:
        headers.append(("Content-Type", _header_value("content_type", content_type)))
    given = [_header(name, value) for name, value in request.headers.items()]
    if request.idempotency_key and all(name.lower() != "idempotency-key" for name, _ in given):
        headers.append(("Idempotency-Key", str(uuid.uuid4())))
    return Call(
        label=f"{request.method} {request.template}",
        method=request.method,
        url=_build_url(request, base_url),
        headers=[*headers, *given],
        content=content,
        replay=request.replay,
        attempts=request.attempts,
        timeout_secs=request.timeout_secs,
        max_bytes=request.max_bytes,
    )


def _header(name: str, value: str) -> tuple[str, str]:
    if _HEADER_NAME.fullmatch(name) is None or name.lower() in _OWN_HEADERS:
        raise InvalidArgument("headers", "Only the header parameters of the operation can be set.")
    return name, _header_value(name, value)


def _header_value(name: str, value: str) -> str:
    if _HEADER_VALUE.fullmatch(value) is None:
        raise InvalidArgument(name, "A header is 1 to 1,000 printable ASCII characters without spaces at its ends.")
    return value


def _build_url(request: Request, base_url: str) -> str:
    url = base_url + build_path(request.template, request.ids)
    if request.query:
        query = encode_query(request.query)
        url = f"{url}?{query}" if query else url
    if len(url) > MAX_URL:
        raise InvalidArgument("query", f"The address of the request is longer than {MAX_URL:,} characters.")
    return url


def _encode_body(request: Request) -> tuple[bytes, str | None]:
    try:
        return _encoded_body(request)
    except UnicodeEncodeError:
        raise InvalidArgument("body", "A text holds half of a surrogate pair; it is not valid text.") from None
    except ValueError:
        raise InvalidArgument("body", "It holds a number that is not finite, or itself.") from None


def _encoded_body(request: Request) -> tuple[bytes, str | None]:
    if request.body is not None:
        return _encode_json(request.body).encode(), "application/json"
    if request.files is not None:
        return _encode_form(request.files, request.fields)
    if request.content is not None:
        return request.content, request.content_type
    return b"", None


def _encode_form(files: Mapping[str, File], fields: Mapping[str, str]) -> tuple[bytes, str]:
    # Fields are parts without a file name, so that a form without files is multipart too.
    texts = {name: (None, value.encode(), None) for name, value in fields.items()}
    form = httpx2.Request(
        "POST",
        "",
        files={**texts, **{name: (file.name, file.content, file.content_type) for name, file in files.items()}},
    )
    return form.read(), form.headers["content-type"]
