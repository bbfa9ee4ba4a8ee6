"""One operation in the caller's terms, and how it is put on the wire."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import httpx2

from telnyx_tools.api.credential import Credential
from telnyx_tools.api.errors import InvalidArgument
from telnyx_tools.api.paths import build_path
from telnyx_tools.api.query import Query, encode_query
from telnyx_tools.api.retry import Replay
from telnyx_tools.api.wire import MAX_RESPONSE_BYTES, READ_SECS, Call

Body: TypeAlias = Mapping[str, object] | Sequence[object]

MAX_URL = 16_000

_encode_json = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode


@dataclass(frozen=True, slots=True)
class File:
    """A file of a multipart upload."""

    name: str
    content: bytes
    content_type: str = "application/octet-stream"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One operation; give at most one of `body` (JSON), `content` (raw) and `files` (multipart).

    `template` and `ids` make the path. With `files`, `fields` are the other parts of the form. `max_bytes`
    bounds the answer. `idempotency_key` sends an `Idempotency-Key` of its own, the same in every attempt.
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
    accept: str = "application/json"
    replay: Replay = Replay.NEVER
    idempotency_key: bool = False
    timeout_secs: float = READ_SECS
    max_bytes: int = MAX_RESPONSE_BYTES


def build_call(request: Request, base_url: str, credential: Credential, user_agent: bytes) -> Call:
    """The request on the wire, authorized by bearer. Raises InvalidArgument for what cannot be sent."""
    content, content_type = _encode_body(request)
    headers = [
        (b"Authorization", credential.authorization),
        (b"Accept", request.accept.encode("ascii")),
        (b"Accept-Encoding", b"identity"),
        (b"User-Agent", user_agent),
    ]
    if content_type:
        headers.append((b"Content-Type", content_type.encode("ascii")))
    if request.idempotency_key:
        headers.append((b"Idempotency-Key", str(uuid.uuid4()).encode("ascii")))
    return Call(
        label=f"{request.method} {request.template}",
        method=request.method,
        url=_build_url(request, base_url),
        headers=headers,
        content=content,
        replay=request.replay,
        timeout_secs=request.timeout_secs,
        max_bytes=request.max_bytes,
    )


def _build_url(request: Request, base_url: str) -> httpx2.URL:
    url = base_url + build_path(request.template, request.ids)
    if request.query:
        query = encode_query(request.query)
        url = f"{url}?{query}" if query else url
    if len(url) > MAX_URL:
        raise InvalidArgument("query", f"The address of the request is longer than {MAX_URL:,} characters.")
    return httpx2.URL(url)


def _encode_body(request: Request) -> tuple[bytes, str | None]:
    if request.body is not None:
        try:
            return _encode_json(request.body).encode("ascii"), "application/json"
        except ValueError:
            raise InvalidArgument("body", "It holds a number that is not finite, or itself.") from None
    if request.files is not None:
        parts = {name: (file.name, file.content, file.content_type) for name, file in request.files.items()}
        form = httpx2.Request("POST", "", data=dict(request.fields), files=parts)
        return form.read(), form.headers["content-type"]
    if request.content is not None:
        return request.content, request.content_type
    return b"", None
