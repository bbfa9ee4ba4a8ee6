"""The media type of a file, found by its first bytes."""

from __future__ import annotations

import re

_BEGINNINGS = (
    (b"ID3", "audio/mpeg"),
    (b"\xff\xfb", "audio/mpeg"),
    (b"\xff\xf3", "audio/mpeg"),
    (b"\xff\xf2", "audio/mpeg"),
    (b"OggS", "audio/ogg"),
    (b"fLaC", "audio/flac"),
    (b"\x89PNG", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"%PDF", "application/pdf"),
)
UNKNOWN = "application/octet-stream"
_MEDIA_TYPE = re.compile(r"[a-z]{1,20}/[a-z0-9.+_-]{1,100}")


def mime_type(content: bytes, stated: str | None = None, otherwise: str = UNKNOWN) -> str:
    """The media type by the first bytes; else the `stated` one, unless that says nothing; else `otherwise`."""
    if content[:4] == b"RIFF" and content[8:12] == b"WAVE":
        return "audio/wav"
    for beginning, found in _BEGINNINGS:
        if content.startswith(beginning):
            return found
    media_type = (stated or "").partition(";")[0].strip().lower()
    if media_type in (UNKNOWN, "application/json", "text/plain") or _MEDIA_TYPE.fullmatch(media_type) is None:
        return otherwise
    return media_type
