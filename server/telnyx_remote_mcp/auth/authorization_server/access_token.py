"""What an access token says: a JWT for one resource, one client and one grant (RFC 9068)."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from typing import Final

from joserfc import jwt

from telnyx_remote_mcp.auth.authorization_server.keys import ALGORITHM, SigningKey

TOKEN_TYPE: Final = "at+jwt"  # noqa: S105 - a media type
ACCESS_SECS: Final = 600


@dataclass(frozen=True, slots=True)
class Access:
    """What a token gives access to, and on whose behalf."""

    grant_id: str
    account: str
    resource: str


def signed(key: SigningKey, issuer: str, access: Access, client_id: str, scope: str) -> str:
    """The token, good for ten minutes."""
    now = int(time.time())
    claims = {
        "iss": issuer,
        "sub": access.account,
        "aud": access.resource,
        "client_id": client_id,
        "grant_id": access.grant_id,
        "scope": scope,
        "jti": secrets.token_hex(16),
        "iat": now,
        "exp": now + ACCESS_SECS,
    }
    return jwt.encode({"alg": ALGORITHM, "typ": TOKEN_TYPE, "kid": key.id}, claims, key.key)
