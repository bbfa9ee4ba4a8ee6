"""Standard Webhooks: the secrets that receivers choose, and the headers that prove to them that a delivery is ours."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence
from typing import Final

PREFIX: Final = "whsec_"
SHORTEST: Final = 24
LONGEST: Final = 64
"""The least and most bytes of a secret."""


def key_of(secret: object) -> bytes:
    """The key bytes in a secret. Raises ValueError, which does not quote the secret."""
    text = secret.removeprefix(PREFIX) if isinstance(secret, str) and secret.startswith(PREFIX) else ""
    try:
        key = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except ValueError:
        key = b""
    if not SHORTEST <= len(key) <= LONGEST:
        raise ValueError(f"delivery.secret is {PREFIX} and the base64 of {SHORTEST} to {LONGEST} random bytes")
    return key


def headers(secrets: Sequence[str], message_id: str, at: int, body: bytes) -> dict[str, str]:
    """The headers of a message that is sent at the Unix second `at`, signed with each of the secrets."""
    signed = f"{message_id}.{at}.".encode() + body
    signatures = (base64.b64encode(hmac.digest(key_of(each), signed, hashlib.sha256)).decode() for each in secrets)
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(at),
        "webhook-signature": " ".join(f"v1,{each}" for each in signatures),
    }
