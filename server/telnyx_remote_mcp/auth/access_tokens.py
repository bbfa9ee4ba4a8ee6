"""Authentication by access token: verifies a token that this server issued, and finds the caller in its grant."""

from __future__ import annotations

import asyncio
import hashlib
import time
from contextlib import suppress
from typing import Final

from cachetools import LRUCache

from telnyx_remote_mcp.auth import challenges
from telnyx_remote_mcp.auth.authorization_server.access_token import Claims, read
from telnyx_remote_mcp.auth.authorization_server.keys import SigningKeys
from telnyx_remote_mcp.auth.caller import Caller
from telnyx_remote_mcp.auth.grant import Grant
from telnyx_remote_mcp.auth.grants import Grants
from telnyx_remote_mcp.auth.identity import Identity
from telnyx_remote_mcp.auth.links import LinkLost
from telnyx_remote_mcp.auth.resources import Resources
from telnyx_remote_mcp.auth.scopes import within
from telnyx_remote_mcp.auth.telnyx_sign_in import SignInFailed
from telnyx_remote_mcp.auth.verdicts import CHECK_TIMEOUT_SECS, Check, Verdict
from telnyx_remote_mcp.clock import Clock
from telnyx_remote_mcp.http.refusal import Refusal, retry_after
from telnyx_remote_mcp.store.base import StoreUnavailable
from telnyx_tools.api.credential import Credential
from telnyx_tools.api.errors import TelnyxError

MAX_TOKENS: Final = 10_000
SKEW_SECS: Final = 3.0
"""How long a token is accepted after it expired: the clocks of two replicas may be this far apart."""


class AccessTokens:
    """Verifies access tokens. A signature is checked once and cached; the claims are checked with every request.

    `check` asks Telnyx about the credentials of an account of which one was rejected during a call. A grant ends if its
    credential is dead and nothing can take its place. It ends in the store, so at every replica within 5 seconds.
    """

    def __init__(
        self,
        issuer: str,
        resources: Resources,
        keys: SigningKeys,
        grants: Grants,
        check: Check,
        *,
        clock: Clock = time.time,
    ) -> None:
        self._issuer = issuer
        self._resources = resources
        self._keys = keys
        self._grants = grants
        self._check = check
        self._clock = clock
        self._signed: LRUCache[bytes, Claims] = LRUCache(MAX_TOKENS)
        self._checking: dict[str, asyncio.Task[None]] = {}

    async def verify(self, token: str, path: str) -> Identity:
        """Return the caller that the token acts for at the endpoint of this path.

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
        except StoreUnavailable:
            raise challenges.store_unavailable() from None
        except (SignInFailed, TelnyxError, TimeoutError):
            raise _unavailable() from None

    async def is_active(self, grant_id: str) -> bool:
        """Return whether a grant still gives access; True where the store does not answer."""
        try:
            return await self._grants.get(grant_id) is not None
        except StoreUnavailable:
            return True

    async def listed(self, grant_id: str) -> None:
        """Note that the client of a grant listed its tools; skipped where the store does not answer."""
        with suppress(StoreUnavailable):
            await self._grants.listed(grant_id)

    def suspect(self, principal: str) -> None:
        """Telnyx rejected a credential of this principal during a call: check those of all its grants at once.

        At once, and not at the next request here: its events may be waited for, and its requests sent, elsewhere.
        """
        if principal not in self._checking:
            task = self._checking[principal] = asyncio.create_task(self._check_grants(principal))
            task.add_done_callback(lambda _: self._checking.pop(principal))

    async def _check_grants(self, principal: str) -> None:
        verdicts: dict[Credential, Verdict] = {}
        with suppress(StoreUnavailable):
            for grant in await self._grants.of_account(principal):
                with suppress(LinkLost, SignInFailed, TelnyxError, TimeoutError):
                    credential = await self._grants.credential(grant)
                    if credential not in verdicts:
                        verdicts[credential] = await self._check(credential)
                    if verdicts[credential] is Verdict.DEAD:
                        await self._grants.credential(grant, dead=credential)  # which ends it, or gets another

    async def _identity(self, grant: Grant, claims: Claims) -> Identity:
        if (checking := self._checking.get(grant.account)) is not None:
            await asyncio.wait([checking], timeout=CHECK_TIMEOUT_SECS)
        credential = await self._grants.credential(grant)
        with suppress(StoreUnavailable):
            await self._grants.touch(grant.id)
        caller = Caller(
            principal=grant.account,
            credential=credential,
            lane="oauth",
            scopes=grant.scopes if claims.scopes is None else within(claims.scopes, grant.scopes),
            permission=grant.permission,
            grant_id=grant.id,
            rules=grant.rules,
        )
        return Identity.of(caller, self._issuer)

    async def _claims(self, token: str) -> Claims:
        digest = hashlib.sha256(token.encode()).digest()
        claims = self._signed.get(digest)
        if claims is None:
            claims = await read(token, self._issuer, self._keys.find)
            if claims is None:
                raise challenges.foreign_token()
            self._signed[digest] = claims
        if claims.expires_at + SKEW_SECS <= self._clock():
            raise challenges.invalid_token("has expired")
        return claims


def _unavailable() -> Refusal:
    return Refusal(
        503,
        "temporarily_unavailable",
        "The linked Telnyx account cannot be reached just now; wait as long as Retry-After says, then try again.",
        retry_after(5),
    )
