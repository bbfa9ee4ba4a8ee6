"""The key pair that signs an account's webhooks. It is derived from the API key."""

import base64
import hashlib
import time
from functools import cached_property

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


class Signer:
    """Signs as Telnyx does: Ed25519 over the timestamp and the body."""

    def __init__(self, key: str) -> None:
        self._seed = hashlib.sha256(f"webhooks of {key}".encode()).digest()

    @cached_property
    def _private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self._seed)

    @property
    def public_key(self) -> str:
        """The key that `GET /public_key` answers."""
        return base64.b64encode(self._private.public_key().public_bytes_raw()).decode()

    def headers(self, body: bytes) -> dict[str, str]:
        """The headers of a webhook with this body. The timestamp is the real time, not the sandbox's."""
        timestamp = str(int(time.time()))
        signature = self._private.sign(timestamp.encode() + b"|" + body)
        return {
            "content-type": "application/json",
            "telnyx-timestamp": timestamp,
            "telnyx-signature-ed25519": base64.b64encode(signature).decode(),
        }
