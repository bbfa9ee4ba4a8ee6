"""Reads the bodies of error answers, in every form that Telnyx and the proxies before it use."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Sequence
from http import HTTPStatus
from typing import Any

from telnyx_tools.api.errors import MAX_OTHERS, ErrorItem
from telnyx_tools.api.redaction import without

MAX_TITLE, MAX_DETAIL, MAX_POINTER = 200, 1_000, 200

_CODE = re.compile(r"[\w.:-]{1,64}", re.ASCII)
_MARKUP = re.compile(r"\s*<(?:[!?]|\w)")
_TAGGED = {tag: re.compile(rf"<{tag}[^<>]*>([^<]*)</{tag}>", re.IGNORECASE) for tag in ("Code", "Message", "title")}


def read_errors(status: int, body: bytes, secrets: Sequence[str] = ()) -> list[ErrorItem]:
    """The errors in an answer: at least one, at most six, each cut to a limit, without `secrets`.

    Reads Telnyx's `{"errors": […]}`, OAuth's `{error, error_description}`, FastAPI's `{"detail": …}`, `{"error": {code,
    message}}`, the XML of S3, HTML and plain text.
    """
    return _Reader(status, secrets).read(body)


class _Reader:
    def __init__(self, status: int, secrets: Sequence[str]) -> None:
        self.status = status
        self.secrets = secrets

    def read(self, body: bytes) -> list[ErrorItem]:
        try:
            data = json.loads(body)
        except (ValueError, RecursionError):
            return [self._from_text(body.decode("utf-8", "replace"))]
        return list(self._from_json(data)) or [self._item()]

    def _from_json(self, data: object) -> Iterator[ErrorItem]:
        if not isinstance(data, dict):
            yield self._item(detail=data)
            return
        listed = data.get("errors") or data.get("detail")
        if isinstance(listed, list):
            yield from map(self._from_entry, listed[: MAX_OTHERS + 1])
        elif isinstance(data.get("error"), dict):
            yield self._from_entry(data["error"])
        else:
            detail = data.get("error_description") or listed or data.get("message")
            yield self._item(data.get("error") or data.get("code"), data.get("title"), detail)

    def _from_entry(self, entry: object) -> ErrorItem:
        """One entry of a list: Telnyx's `{code, title, detail, source}` or FastAPI's `{loc, msg, type}`."""
        if not isinstance(entry, dict):
            return self._item(detail=entry)
        detail = entry.get("detail") or entry.get("msg") or entry.get("message")
        return self._item(entry.get("code"), entry.get("title"), detail, _pointer(entry))

    def _from_text(self, text: str) -> ErrorItem:
        if not _MARKUP.match(text):
            return self._item(detail=text.strip())
        found = {tag: match[1].strip() for tag, pattern in _TAGGED.items() if (match := pattern.search(text))}
        unescaped = {tag: html.unescape(content) for tag, content in found.items()}
        return self._item(unescaped.get("Code"), unescaped.get("title"), unescaped.get("Message"))

    def _item(
        self, code: object = None, title: object = None, detail: object = None, pointer: object = None
    ) -> ErrorItem:
        return ErrorItem(
            code=self._code(code),
            title=self._text(title, MAX_TITLE) or _phrase(self.status),
            detail=self._text(detail, MAX_DETAIL),
            pointer=self._text(pointer, MAX_POINTER),
        )

    def _code(self, code: object) -> str:
        text = str(code) if isinstance(code, str | int) else ""
        unusable = _CODE.fullmatch(text) is None or without(text, self.secrets) != text
        return f"http_{self.status}" if unusable else text

    def _text(self, value: object, limit: int) -> str | None:
        """The text without secrets, then cut: cutting first could leave half of a secret."""
        if value is None or value == "":
            return None
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        text = without(text, self.secrets).encode("utf-8", "replace").decode()
        return text if len(text) <= limit else text[: limit - 1] + "…"


def _pointer(entry: dict[str, Any]) -> str | None:
    source, location = entry.get("source"), entry.get("loc")
    if isinstance(source, dict):
        return source.get("pointer") or source.get("parameter")
    if isinstance(location, list):
        return "".join(f"/{part}" for part in location)
    return None


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return f"HTTP {status}"
