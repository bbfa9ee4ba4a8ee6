"""The OAuth lane: an access token of this server is verified, and the grant behind it tells who is calling."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from cachetools import LRUCache
from joserfc import jws, jwt
from joserfc.errors import JoseError

from telnyx_remote_mcp.auth import challenges
from telnyx_remote_mcp.auth.authorization_server.access_token import TOKEN_TYPE
from telnyx_remote_mcp.auth.authorization_server.keys import ALGORITHM, SigningKeys
from telnyx_remote_mcp.auth.caller import Caller, Identity
from telnyx_remote_mcp.auth.grant import Grant
from telnyx_remote_mcp.auth.grants import Grants
from telnyx_remote_mcp.auth.links import LinkLost
from telnyx_remote_mcp.auth.resources import Resources
from telnyx_remote_mcp.auth.telnyx_sign_in import SignInFailed
from telnyx_remote_mcp.auth.verdicts import Check, Verdict
from telnyx_remote_mcp.clock import Clock
from telnyx_remote_mcp.http.refusal import Refusal, retry_after
from telnyx_remote_mcp.store.base import StoreUnavailable
from telnyx_tools.api.credential import Credential
from telnyx_tools.api.errors import TelnyxError

MAX_TOKENS: Final = 10_000


@dataclass(frozen=True, slots=True)
class Claims:
    """What a token with a good signature says. `expires_at` is in Unix seconds."""

    grant_id: str
    audience: str
    scopes: frozenset[str]
    expires_at: float


class AccessTokens:
    """Verifies access tokens. A signature is checked once; what it signs is compared with every request.

    `products` are the groups of tools that this server has. `check` asks Telnyx about a credential that was rejected in
    a call: a grant ends when it is really dead.
    """

    def __init__(
        self,
        issuer: str,
        resources: Resources,
        keys: SigningKeys,
        grants: Grants,
        check: Check,
        products: Callable[[], Sequence[str]],
        *,
        clock: Clock = time.time,
    ) -> None:
        self._issuer = issuer
        self._resources = resources
        self._keys = keys
        self._grants = grants
        self._check = check
        self._products = products
        self._clock = clock
        self._signed: LRUCache[bytes, Claims] = LRUCache(MAX_TOKENS)
        self._suspects: set[str] = set()

    async def verify(self, token: str, path: str) -> Identity:
        """Whom the token acts for at the endpoint of this path.

        Raises a Refusal: 401 for a token that cannot be used here, 503 where the store or Telnyx cannot be asked.
        """
        try:
            claims = await self._claims(token)
            if not self._resources.accepts(path, claims.audience):
                raise challenges.invalid_token("was issued for another server or endpoint")
            grant = await self._grants.get(claims.grant_id)
            if grant is None:
                raise challenges.invalid_token("was revoked")
            return await self._identity(grant, claims)
        except LinkLost:
            raise challenges.invalid_token("stands for a Telnyx account that is not linked any more") from None
        except (StoreUnavailable, SignInFailed, TelnyxError, TimeoutError):
            raise _unavailable() from None

    def suspect(self, principal: str) -> None:
        """Telnyx rejected a credential of this principal during a call; the next request finds out if it is dead."""
        self._suspects.add(principal)

    async def _identity(self, grant: Grant, claims: Claims) -> Identity:
        credential = await self._grants.credential(grant)
        if grant.account in self._suspects:
            await self._confirm(grant, credential)
        await self._grants.touch(grant.id)
        caller = Caller(
            principal=grant.account,
            credential=credential,
            lane="oauth",
            scopes=claims.scopes & grant.scopes,
            permission=grant.permission(self._products()),
        )
        return Identity.of(caller, self._issuer)

    async def _confirm(self, grant: Grant, credential: Credential) -> None:
        """A second look at a credential that a call found dead. Other grants of the account are looked at in turn."""
        if await self._check(credential) is Verdict.DEAD:
            await self._grants.revoke(grant.id)
            raise LinkLost
        self._suspects.discard(grant.account)

    async def _claims(self, token: str) -> Claims:
        digest = hashlib.sha256(token.encode()).digest()
        claims = self._signed.get(digest)
        if claims is None:
            claims = await self._verified(token)
            self._signed[digest] = claims
        if claims.expires_at <= self._clock():
            raise challenges.invalid_token("has expired")
        return claims

    async def _verified(self, token: str) -> Claims:
        """The claims of a token that this server signed as an access token."""
        try:
            header = jws.extract_compact(token.encode()).headers()
            key = await self._keys.find(str(header.get("kid")))
            if key is None or header.get("typ") != TOKEN_TYPE:
                raise challenges.invalid_token("was not issued by this server")
            claims = jwt.decode(token, key, algorithms=[ALGORITHM]).claims
            if claims["iss"] != self._issuer:
                raise challenges.invalid_token("was not issued by this server")
            return Claims(
                str(claims["grant_id"]),
                str(claims["aud"]),
                frozenset(str(claims["scope"]).split()),
                float(claims["exp"]),
            )
        except (JoseError, ValueError, KeyError, TypeError):
            raise challenges.invalid_token("was not issued by this server") from None


def _unavailable() -> Refusal:
    return Refusal(
        503,
        "temporarily_unavailable",
        "The linked Telnyx account cannot be reached just now; wait as long as Retry-After says, then try again.",
        retry_after(5),
    )
