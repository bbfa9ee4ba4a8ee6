"""Authentication by API key: Telnyx is asked whether the key is genuine.

Before the first use of a key the server calls `GET /balance` with it, and caches the verdict for minutes. So the
server is not an open proxy, and authenticating a request costs one HMAC.
"""

import hmac
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from weakref import WeakValueDictionary

import anyio
from cachetools import LRUCache

from telnyx_remote_mcp.auth import challenges
from telnyx_remote_mcp.auth.caller import Caller
from telnyx_remote_mcp.auth.dead_keys import DeadKeys
from telnyx_remote_mcp.auth.identity import Identity
from telnyx_remote_mcp.auth.verdicts import Check, Verdict
from telnyx_remote_mcp.buckets import RateOf, TokenBuckets
from telnyx_remote_mcp.clock import Clock
from telnyx_remote_mcp.store.base import StoreUnavailable
from telnyx_tools.api.credential import Credential

ISSUER: Final = "telnyx-api-key"
GENUINE_SECS: Final = 300.0
DEAD_SECS: Final = 30.0
UNKNOWN_SECS: Final = 4.0
"""How long an unknown verdict is cached. With a check's own time, new callers get in within 10 seconds of an outage."""
STALE_SECS: Final = 3600.0
LOOK_EVERY_SECS: Final = 4.0
BLIND_SECS: Final = 60.0
"""How long a key stays valid while the store does not answer, which holds the keys that other replicas found dead."""
MAX_KEYS: Final = 10_000
KEYS_PER_ADDRESS: Final = 60
"""How many checks of unproven keys an address may cause within a minute."""
KEYS_PER_MINUTE: Final = 600
"""How many all addresses together may cause."""


def principal_of(key: str, pepper: bytes) -> str:
    """The principal of an API key, by the key that makes the names of principals."""
    return "key:" + hmac.digest(pepper, key.encode(), "sha256").hex()[:32]


class Budget:
    """Limits how many checks of unproven keys are sent to Telnyx a minute, by address and overall.

    Checks of keys that turn out genuine do not count. With `rates` the limits hold for all replicas together, except
    for the checks that are in progress at a time.
    """

    def __init__(
        self,
        per_address: int = KEYS_PER_ADDRESS,
        overall: int = KEYS_PER_MINUTE,
        *,
        rates: RateOf | None = None,
        clock: Clock = time.monotonic,
    ) -> None:
        self._shared = (rates("keys-of-address", per_address), rates("keys", overall)) if rates is not None else None
        self._per_address = TokenBuckets(per_address, per_address, clock=clock)
        self._overall = TokenBuckets(overall, overall, clock=clock)

    async def spend(self, address: str) -> None:
        """Take one check from both budgets, or raise the 429 that says how long to wait."""
        wait = max(self._per_address.wait(address), self._overall.wait(""))
        if self._shared is not None:
            wait = max(wait, await self._shared[0].wait(address), await self._shared[1].wait(""))
        if wait:
            raise challenges.throttled(wait)
        self._per_address.take(address)
        self._overall.take("")

    async def settle(self, address: str) -> None:
        """The key was not found genuine: count the check in the limits that all replicas share."""
        if self._shared is not None:
            await self._shared[0].take(address)
            await self._shared[1].take("")

    def refund(self, address: str) -> None:
        """The key was found genuine: give its check back to both local budgets.

        That verdict is about this very key; a limit on all keys at Telnyx never leads to it.
        """
        self._per_address.put_back(address)
        self._overall.put_back("")


@dataclass(slots=True)
class _KeyStatus:
    """The status of one key; `identity` is set from the first genuine verdict until the key is dead."""

    identity: Identity | None = None
    genuine_at: float = -math.inf
    dead: bool = False
    recheck_at: float = -math.inf
    looked_at: float = -math.inf
    """When Telnyx or the store of dead keys was last asked about it."""

    def record(self, verdict: Verdict, identity: Identity, now: float) -> None:
        self.looked_at = now
        if verdict is Verdict.GENUINE:
            self.identity, self.genuine_at, self.dead = identity, now, False
            self.recheck_at = now + GENUINE_SECS
        elif verdict is Verdict.DEAD:
            self.mark_dead(now)
        else:
            self.dead = False
            self.recheck_at = now + UNKNOWN_SECS

    def mark_dead(self, now: float) -> None:
        self.identity, self.dead = None, True
        self.recheck_at = now + DEAD_SECS

    def usable(self, now: float) -> Identity | None:
        """The identity, where the last genuine verdict is younger than STALE_SECS."""
        return self.identity if now - self.genuine_at < STALE_SECS else None


class ApiKeys:
    """Verifies API keys, and caches the verdicts by the HMAC of the key.

    A genuine verdict is cached for 5 minutes, a dead one for 30 seconds. Where Telnyx cannot be asked, the last genuine
    verdict counts for up to an hour, and the next check is made after 4 seconds. A key in use is looked up in
    `dead_keys` every 4 seconds, where other replicas mark the keys that they found dead. While the store does not
    answer, a key counts for a minute after it was last looked up or checked, and no other key is let in.
    """

    def __init__(
        self,
        check: Check,
        pepper: Callable[[], bytes],
        *,
        budget: Budget | None = None,
        dead_keys: DeadKeys | None = None,
        clock: Clock = time.monotonic,
        max_keys: int = MAX_KEYS,
        sandbox: bool = False,
    ) -> None:
        self._check = check
        self._sandbox = sandbox
        self._pepper = pepper
        self._budget = budget or Budget(clock=clock)
        self._dead_keys = dead_keys
        self._clock = clock
        self._statuses: LRUCache[str, _KeyStatus] = LRUCache(max_keys)
        self._checking: WeakValueDictionary[str, anyio.Lock] = WeakValueDictionary()

    def principal(self, key: str) -> str:
        """The principal of a key, which stands for its owner in logs, sessions and limits.

        Raises the 503 where the store has not told the keys of names yet.
        """
        try:
            return principal_of(key, self._pepper())
        except StoreUnavailable:
            raise challenges.store_unavailable() from None

    async def known(self, key: str) -> Identity | None:
        """The identity behind a key with a fresh genuine verdict, else None; never asks Telnyx.

        Raises the 503 where the store has not answered for a minute, so that another replica may have found it dead.
        """
        status = await self._fresh(self.principal(key))
        return status.usable(self._clock()) if status is not None else None

    async def _fresh(self, principal: str) -> _KeyStatus | None:
        """The status of a key if its verdict is fresh, once it was looked up whether another replica found it dead.

        Raises the 503, as `_look` does.
        """
        status = self._statuses.get(principal)
        now = self._clock()
        if status is None or now >= status.recheck_at:
            return None
        if not status.dead and now >= status.looked_at + LOOK_EVERY_SECS:
            await self._look(principal, status, now)
        return status

    async def _look(self, principal: str, status: _KeyStatus, now: float) -> bool:
        """Look up whether another replica found the key dead; return False where the store does not answer.

        Raises the 503 where it does not, and the key was not looked up or checked within the last minute: whatever
        Telnyx says of it, another replica may know better.
        """
        if self._dead_keys is None:
            return True
        try:
            died = await self._dead_keys.of(principal)
        except StoreUnavailable:
            if now >= status.looked_at + BLIND_SECS:
                raise challenges.store_unavailable() from None
            return False
        status.looked_at = now
        if died:
            status.mark_dead(now)
        return True

    async def verify(self, key: str, address: str) -> Identity:
        """The identity behind a key, asking Telnyx where the verdict is not fresh.

        Raises a Refusal: 401 for a dead key, 503 where Telnyx cannot be asked or the store has not answered for a
        minute, 429 where `address` (or everybody together) has shown too many unproven keys.
        """
        principal = self.principal(key)
        lock = self._checking.setdefault(principal, anyio.Lock())
        async with lock:
            status = await self._fresh(principal) or await self._examine(principal, key, address)
        return self._answer(status)

    def reject(self, principal: str) -> None:
        """Telnyx refused the key during a call: it counts as dead until the next check, at every replica."""
        status = self._statuses.get(principal) or self._admit(principal)
        status.mark_dead(self._clock())
        if self._dead_keys is not None:
            self._dead_keys.tell(principal)

    async def _examine(self, principal: str, key: str, address: str) -> _KeyStatus:
        status = self._statuses.get(principal) or _KeyStatus()
        if not await self._look(principal, status, self._clock()):
            return status
        proven = status.identity is not None
        if not proven:
            await self._budget.spend(address)
        credential = Credential(key)
        verdict = await self._check(credential)
        if not proven:
            await self._settle(verdict, address)
        if self._dead_keys is not None and verdict is not Verdict.UNKNOWN:
            self._dead_keys.tell(principal, died=verdict is Verdict.DEAD)
        status = self._statuses.get(principal) or self._admit(principal)
        identity = Identity.of(Caller(principal, credential, "api_key"), ISSUER)
        status.record(verdict, identity, self._clock())
        return status

    async def _settle(self, verdict: Verdict, address: str) -> None:
        if verdict is Verdict.GENUINE:
            self._budget.refund(address)
        else:
            await self._budget.settle(address)

    def _admit(self, principal: str) -> _KeyStatus:
        status = self._statuses[principal] = _KeyStatus()
        return status

    def _answer(self, status: _KeyStatus) -> Identity:
        if status.dead:
            raise challenges.dead(sandbox=self._sandbox)
        now = self._clock()
        identity = status.usable(now)
        if identity is None:
            raise challenges.unverifiable(status.recheck_at - now)
        return identity
