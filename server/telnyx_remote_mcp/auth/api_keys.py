"""The API key lane: a caller is whom Telnyx says the key belongs to.

A key is shown to Telnyx before its first use (`GET /balance`), and the verdict is kept for minutes, so that
the server is no open proxy and a request costs one HMAC.
"""

import hmac
import math
import time
from dataclasses import dataclass
from typing import Final
from weakref import WeakValueDictionary

import anyio
from cachetools import LRUCache

from telnyx_remote_mcp.auth import challenges
from telnyx_remote_mcp.auth.caller import Caller
from telnyx_remote_mcp.auth.identity import Identity
from telnyx_remote_mcp.auth.verdicts import Check, Verdict
from telnyx_remote_mcp.buckets import TokenBuckets
from telnyx_remote_mcp.clock import Clock
from telnyx_tools.api.credential import Credential

ISSUER: Final = "telnyx-api-key"
GENUINE_SECS: Final = 300.0
DEAD_SECS: Final = 30.0
UNKNOWN_SECS: Final = 10.0
STALE_SECS: Final = 3600.0
MAX_KEYS: Final = 10_000


def principal_of(key: str, pepper: bytes) -> str:
    """The principal of an API key under one value of the secret."""
    return "key:" + hmac.digest(pepper, key.encode(), "sha256").hex()[:32]


class Budget:
    """Limits how many unproven keys are shown to Telnyx, by address and overall. Genuine ones cost nothing."""

    def __init__(self, per_address: int = 60, overall: int = 600, *, clock: Clock = time.monotonic) -> None:
        self._per_address = TokenBuckets(per_address, per_address, clock=clock)
        self._overall = TokenBuckets(overall, overall, clock=clock)

    def spend(self, address: str) -> None:
        """Take one check from both budgets, or raise the 429 that says how long to wait."""
        wait = max(self._per_address.wait(address), self._overall.wait(""))
        if wait:
            raise challenges.throttled(wait)
        self._per_address.take(address)
        self._overall.take("")

    def refund(self, address: str) -> None:
        """The key turned out to be genuine: Telnyx said so of this very key, which no limit on all of them does."""
        self._per_address.put_back(address)
        self._overall.put_back("")


@dataclass(slots=True)
class _Standing:
    """The standing of one key; `identity` is there once it was genuine, until it is dead."""

    identity: Identity | None = None
    genuine_at: float = -math.inf
    dead: bool = False
    recheck_at: float = -math.inf

    def record(self, verdict: Verdict, identity: Identity, now: float) -> None:
        if verdict is Verdict.GENUINE:
            self.identity, self.genuine_at, self.dead = identity, now, False
            self.recheck_at = now + GENUINE_SECS
        elif verdict is Verdict.DEAD:
            self.bury(now)
        else:
            self.dead = False
            self.recheck_at = now + UNKNOWN_SECS

    def bury(self, now: float) -> None:
        self.identity, self.dead = None, True
        self.recheck_at = now + DEAD_SECS

    def usable(self, now: float) -> Identity | None:
        """The identity, where the last good verdict is young enough."""
        return self.identity if now - self.genuine_at < STALE_SECS else None


class ApiKeys:
    """Verifies API keys, and remembers the verdicts by the HMAC of the key.

    A genuine verdict is good for 5 minutes, a dead one for 30 seconds. Where Telnyx cannot be asked, the
    last good verdict counts for up to an hour, and the next check waits 10 seconds.
    """

    def __init__(
        self,
        check: Check,
        pepper: bytes,
        *,
        budget: Budget | None = None,
        clock: Clock = time.monotonic,
        max_keys: int = MAX_KEYS,
        sandbox: bool = False,
    ) -> None:
        self._check = check
        self._sandbox = sandbox
        self._pepper = pepper
        self._budget = budget or Budget(clock=clock)
        self._clock = clock
        self._standings: LRUCache[str, _Standing] = LRUCache(max_keys)
        self._checking: WeakValueDictionary[str, anyio.Lock] = WeakValueDictionary()

    def principal(self, key: str) -> str:
        """The name of the key's owner in logs, sessions and limits."""
        return principal_of(key, self._pepper)

    def known(self, key: str) -> Identity | None:
        """The identity behind a key whose verdict is fresh and good; never asks anybody."""
        principal = self.principal(key)
        standing = self._standings.get(principal)
        now = self._clock()
        if standing is None or now >= standing.recheck_at:
            return None
        return standing.usable(now)

    async def verify(self, key: str, address: str) -> Identity:
        """The identity behind a key, asking Telnyx where the verdict is not fresh.

        Raises a Refusal: 401 for a dead key, 503 where Telnyx cannot be asked, 429 where `address` (or
        everybody together) has shown too many unproven keys.
        """
        principal = self.principal(key)
        lock = self._checking.setdefault(principal, anyio.Lock())
        async with lock:
            standing = self._standings.get(principal)
            if standing is None or self._clock() >= standing.recheck_at:
                standing = await self._examine(principal, key, address)
        return self._answer(standing)

    def reject(self, principal: str) -> None:
        """Telnyx refused the key during a call: until the next check it is dead."""
        standing = self._standings.get(principal) or self._admit(principal)
        standing.bury(self._clock())

    async def _examine(self, principal: str, key: str, address: str) -> _Standing:
        standing = self._standings.get(principal)
        proven = standing is not None and standing.identity is not None
        if not proven:
            self._budget.spend(address)
        credential = Credential(key)
        verdict = await self._check(credential)
        if verdict is Verdict.GENUINE and not proven:
            self._budget.refund(address)
        standing = self._standings.get(principal) or self._admit(principal)
        identity = Identity.of(Caller(principal, credential, "api_key"), ISSUER)
        standing.record(verdict, identity, self._clock())
        return standing

    def _admit(self, principal: str) -> _Standing:
        standing = self._standings[principal] = _Standing()
        return standing

    def _answer(self, standing: _Standing) -> Identity:
        if standing.dead:
            raise challenges.dead(sandbox=self._sandbox)
        now = self._clock()
        identity = standing.usable(now)
        if identity is None:
            raise challenges.unverifiable(standing.recheck_at - now)
        return identity
