"""Access tokens: a JWT for one resource, one client and one grant (RFC 9068)."""

from __future__ import annotations

import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from telnyx_remote_mcp.auth.authorization_server.keys import ALGORITHM, SigningKey

TOKEN_TYPE: Final = "at+jwt"  # noqa: S105 - a media type
ACCESS_SECS: Final = 3_600
_WHOLE: Final = "whole_grant"
"""The claim that a token gives all of its grant's access. A token without it gives its scope only."""


@dataclass(frozen=True, slots=True)
class Access:
    """The access that a token gives, and the account that it is for."""

    grant_id: str
    account: str
    resource: str
    narrowed: bool = False
    """Whether the client asked for less than it may have, so that the token gives its scope only."""


@dataclass(frozen=True, slots=True)
class Claims:
    """The claims of a token with a good signature. `expires_at` is in Unix seconds."""

    grant_id: str
    client_id: str
    audience: str
    scopes: frozenset[str] | None
    """The scopes that the client narrowed the token to; None for all of the grant's at the time of a request."""
    expires_at: float


def signed(key: SigningKey, issuer: str, access: Access, client_id: str, scope: str, secs: int) -> str:
    """A signed access token, valid for `secs` from now."""
    now = int(time.time())
    claims = {
        "iss": issuer,
        "sub": access.account,
        "aud": access.resource,
        "client_id": client_id,
        "grant_id": access.grant_id,
        "scope": scope,
        _WHOLE: not access.narrowed,
        "jti": secrets.token_hex(16),
        "iat": now,
        "exp": now + secs,
    }
    return jwt.encode({"alg": ALGORITHM, "typ": TOKEN_TYPE, "kid": key.id}, claims, key.key)


async def read(token: str, issuer: str, find: Callable[[str], Awaitable[ECKey | None]]) -> Claims | None:
    """The claims of an access token that this server signed, expired or not; None for anything else.

    `find` returns the key with an id.
    """
    try:
        header = jws.extract_compact(token.encode()).headers()
        key = await find(str(header.get("kid")))
        if key is None or header.get("typ") != TOKEN_TYPE:
            return None
        claims = jwt.decode(token, key, algorithms=[ALGORITHM]).claims
        if claims["iss"] != issuer:
            return None
        return Claims(
            str(claims["grant_id"]),
            str(claims["client_id"]),
            str(claims["aud"]),
            None if claims.get(_WHOLE) is True else frozenset(str(claims["scope"]).split()),
            float(claims["exp"]),
        )
    except (JoseError, ValueError, KeyError, TypeError):
        return None
