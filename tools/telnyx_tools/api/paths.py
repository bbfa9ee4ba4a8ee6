"""Builds every request path, from a template of the catalog and the ids that fill it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from urllib.parse import quote, unquote

from telnyx_tools.api.errors import InvalidArgument

MAX_LENGTH = 1_000
MAX_KEY_BYTES = 1_024
NAMES_WITH_SLASHES = frozenset({"object_name", "key"})
"""Placeholders for names that may contain slashes. An id may not, unless it is a call's."""

_CALL_ID = re.compile(r"v[0-9]+:[A-Za-z0-9+/=_-]+")
"""The id of a call: base64 after its version. Its slashes are data, not path separators, and are sent as %2F."""

_SAFE = "!$&'()*+,;=:@"
_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


def build_path(template: str, ids: Mapping[str, str]) -> str:
    """Fill a template such as "/messages/{id}"; every value becomes exactly one percent-encoded segment.

    Raises InvalidArgument for a value that could lead a server or proxy to another operation, and TypeError
    when the names do not fit the template.
    """
    literals, names = _split(template)
    if ids.keys() != set(names):
        raise TypeError(f"{template} takes {sorted(names)}, not {sorted(ids)}")
    path = literals[0]
    for name, literal in zip(names, literals[1:], strict=True):
        path += _segment(name, ids[name]) + literal
    return path


def object_path(bucket_name: str, object_name: str | None = None) -> str:
    """The path of a bucket in S3, or of an object in it. Slashes in the object's name are kept.

    Raises InvalidArgument for a name that could lead a server or proxy to another bucket or object, such as "a/../b",
    which S3 itself would accept.
    """
    path = build_path("/{bucket_name}", {"bucket_name": bucket_name})
    if object_name is None:
        return path
    check_object_name(object_name)
    _segment("object_name", object_name)
    return f"{path}/{quote(object_name, safe='/-_.~')}"


def check_object_name(object_name: str) -> None:
    """Raises InvalidArgument if no object can have this name."""
    if not object_name:
        raise InvalidArgument("object_name", "It is empty.", object_name)
    if _CONTROL.search(object_name):
        raise InvalidArgument("object_name", "It holds control characters.", object_name)
    if len(object_name.encode()) > MAX_KEY_BYTES:
        raise InvalidArgument("object_name", f"It is longer than {MAX_KEY_BYTES:,} bytes.", object_name)


@lru_cache(maxsize=4096)
def _split(template: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    parts = _PLACEHOLDER.split(template)
    return tuple(parts[0::2]), tuple(parts[1::2])


def _segment(name: str, value: str) -> str:
    if not value:
        raise InvalidArgument(name, "It is empty.", value)
    if len(value) > MAX_LENGTH:
        raise InvalidArgument(name, f"It is longer than {MAX_LENGTH:,} characters.", value)
    decoded = _fully_decoded(name, value)
    if _CONTROL.search(value) or _CONTROL.search(decoded):
        raise InvalidArgument(name, "It holds control characters.", value)
    pieces = re.split(r"[/\\]", decoded)
    if len(pieces) > 1 and name not in NAMES_WITH_SLASHES and not _is_call_id(name, value):
        raise InvalidArgument(name, "It holds a slash; give the id alone, not a path.", value)
    if any(_is_dots(piece) for piece in pieces):
        raise InvalidArgument(name, 'It holds a "." or ".." path segment.', value)
    return quote(value, safe=_SAFE)


def _fully_decoded(name: str, value: str) -> str:
    """The text with every layer of percent-encoding removed: servers behind proxies decode more than once."""
    text = value
    for _ in range(8):
        decoded = unquote(text)
        if decoded == text:
            return text
        text = decoded
    raise InvalidArgument(name, "It is percent-encoded too many times; give it plain.", value)


def _is_call_id(name: str, value: str) -> bool:
    return name.startswith("call_control_id") and _CALL_ID.fullmatch(value) is not None


def _is_dots(piece: str) -> bool:
    """Return whether a server may read the piece as a dot segment; some ignore what follows a semicolon."""
    return piece.partition(";")[0].strip() in (".", "..")
