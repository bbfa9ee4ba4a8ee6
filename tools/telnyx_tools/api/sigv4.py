"""AWS Signature Version 4, which authorizes S3 requests.

Telnyx reads only the access key id in it, which is the API key, and ignores the rest. The signature is valid all the
same.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import urlsplit

ALGORITHM = "AWS4-HMAC-SHA256"
UNSIGNED = "UNSIGNED-PAYLOAD"
"""Replaces the hash of a body that is not in memory."""

Headers = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs requests to S3 in one region. Its text form shows neither key."""

    access_key: str = field(repr=False)
    secret_key: str = field(repr=False)
    region: str

    def sign(self, method: str, url: str, headers: Headers, payload_hash: str, at: datetime) -> list[tuple[str, str]]:
        """The given headers and those of the signature. `url` is percent-encoded as it will be sent."""
        parts = urlsplit(url)
        moment = at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
        dated = [*headers, ("X-Amz-Content-SHA256", payload_hash), ("X-Amz-Date", moment)]
        signed = sorted((name.lower(), " ".join(value.split())) for name, value in (*dated, ("Host", parts.netloc)))
        names = ";".join(name for name, _ in signed)
        lines = [f"{name}:{value}" for name, value in signed]
        request = "\n".join([method, parts.path or "/", _sorted(parts.query), *lines, "", names, payload_hash])
        scope = f"{moment[:8]}/{self.region}/s3/aws4_request"
        text = "\n".join([ALGORITHM, moment, scope, hashlib.sha256(request.encode()).hexdigest()])
        signature = hmac.digest(self._key(scope), text.encode(), "sha256").hex()
        value = f"{ALGORITHM} Credential={self.access_key}/{scope}, SignedHeaders={names}, Signature={signature}"
        return [*dated, ("Authorization", value)]

    def _key(self, scope: str) -> bytes:
        key = b"AWS4" + self.secret_key.encode()
        for part in scope.split("/"):
            key = hmac.digest(key, part.encode(), "sha256")
        return key


def payload_hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _sorted(query: str) -> str:
    """The query with every parameter as `name=value`, sorted by name."""
    pairs = sorted(tuple(pair.partition("=")[::2]) for pair in query.split("&") if pair)
    return "&".join(f"{name}={value}" for name, value in pairs)
