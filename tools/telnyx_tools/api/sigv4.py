"""AWS Signature Version 4, with which S3 requests are authorized.

Telnyx reads the access key id of it, which is the API key, and ignores the rest; it is made right all the same.
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
"""Takes the place of the body's hash where the body is not in memory."""

Headers = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs requests to the S3 of one region. Its text form shows neither key."""

    access_key: str = field(repr=False)
    secret_key: str = field(repr=False)
    region: str

    def sign(self, method: str, url: str, headers: Headers, payload_hash: str, at: datetime) -> list[tuple[str, str]]:
        """The headers, and those that authorize the request. `url` is percent-encoded as it will be sent."""
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
    """Every parameter with its `=`, in order of the names."""
    pairs = sorted(tuple(pair.partition("=")[::2]) for pair in query.split("&") if pair)
    return "&".join(f"{name}={value}" for name, value in pairs)
