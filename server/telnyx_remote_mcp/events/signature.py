"""The signature of a webhook: Ed25519 over its timestamp and its raw body, valid for five minutes."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

TOLERANCE_SECS: Final = 300
_KEY_BYTES: Final = 32
_SIGNATURE_BYTES: Final = 64
_NEVER: Final = bytes(_SIGNATURE_BYTES)


def read_key(text: str) -> Ed25519PublicKey:
    """A public key as Telnyx shows it, in base64. Raises ValueError."""
    try:
        raw = base64.b64decode(text.strip(), validate=True)
    except ValueError:
        raw = b""
    if len(raw) != _KEY_BYTES:
        raise ValueError("A public key of Telnyx is 32 bytes in base64")
    return Ed25519PublicKey.from_public_bytes(raw)


def is_signed(keys: Sequence[Ed25519PublicKey], timestamp: str, signature: str, body: bytes, *now: float) -> bool:
    """Whether one of the keys signed the body within five minutes of one of the times in `now`.

    A late or malformed webhook takes as much work as a good one, so that the time taken reveals nothing.
    """
    signed = timestamp.encode("latin-1", "replace") + b"|" + body
    given = _decoded(signature)
    fits = [_fits(key, given, signed) for key in keys]
    return any(fits) and any(_is_recent(timestamp, each) for each in now)


def _decoded(signature: str) -> bytes:
    """The bytes of the signature; if it is malformed, bytes that no key verifies."""
    try:
        given = base64.b64decode(signature, validate=True)
    except ValueError:
        return _NEVER
    return given if len(given) == _SIGNATURE_BYTES else _NEVER


def _fits(key: Ed25519PublicKey, signature: bytes, signed: bytes) -> bool:
    try:
        key.verify(signature, signed)
    except InvalidSignature:
        return False
    return True


def _is_recent(timestamp: str, now: float) -> bool:
    return timestamp.isascii() and timestamp.isdigit() and abs(now - int(timestamp[:15])) <= TOLERANCE_SECS
