"""Webhook subscriptions: who wants which events at which URL, stored encrypted in one record for each account."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Final, Literal

from telnyx_remote_mcp.clock import Clock, earliest
from telnyx_remote_mcp.events.catalogue import canonical
from telnyx_remote_mcp.store.base import Store
from telnyx_remote_mcp.store.records import Records
from telnyx_remote_mcp.store.secret import Secret
from telnyx_remote_mcp.store.vault import Vault

MOST: Final = 50
"""Subscriptions of one account."""
SHORTEST_SECS: Final = 60
LONGEST_SECS: Final = 86_400
ROTATION_SECS: Final = 600
"""How long deliveries are signed with the previous secret too, after a new one came."""
MOST_VERIFIED: Final = 100
VERIFIED_SECS: Final = 7 * 86_400
"""How long a URL counts as verified to want our deliveries."""

Profile = Literal["sep", "sketch"]
"""The version of the protocol for events: SEP-3415, or the sketch before it, which ChatGPT speaks."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """One subscription. `since` is the journal cursor after which it began.

    It ends with the grant or the API key that it was made with.
    """

    id: str
    principal: str
    url: str
    name: str
    arguments: Mapping[str, Any]
    secret: str = field(repr=False)
    profile: Profile
    since: str
    until: float
    grant_id: str | None = None
    api_key: str | None = field(default=None, repr=False)
    before: str | None = field(default=None, repr=False)
    """The previous secret, which deliveries are signed with too until `before_until`."""
    before_until: float = 0.0
    renewed_at: float = 0.0

    def secrets(self, now: float) -> list[str]:
        """The secrets that a delivery is signed with now."""
        return [self.secret, *([self.before] if self.before is not None and now < self.before_until else ())]

    def renewed(self, fresh: Subscription, now: float) -> Subscription:
        """The subscription after its client subscribed again, as `fresh` says. Deliveries go on where they are.

        If the secret changed, they are signed with both secrets for a while.
        """
        if fresh.secret == self.secret:
            before, until = self.before, self.before_until
        else:
            before, until = self.secret, now + ROTATION_SECS
        return replace(fresh, since=self.since, before=before, before_until=until)


@dataclass(frozen=True, slots=True)
class _Account:
    """The subscriptions of an account, and until when its URLs count as verified."""

    subscriptions: tuple[Subscription, ...] = ()
    verified: Mapping[str, float] = field(default_factory=dict)

    def without_past(self, now: float) -> _Account:
        return _Account(
            tuple(each for each in self.subscriptions if now < each.until),
            {url: until for url, until in list(self.verified.items())[-MOST_VERIFIED:] if now < until},
        )

    def without(self, id_: str) -> _Account:
        return replace(self, subscriptions=tuple(each for each in self.subscriptions if each.id != id_))

    def find(self, id_: str) -> Subscription | None:
        return next((each for each in self.subscriptions if each.id == id_), None)


class TooMany(Exception):
    """The account already has as many subscriptions as it may."""


class Subscriptions:
    """The subscriptions of all accounts. Methods raise StoreUnavailable.

    All subscriptions of an account are in one record. A change that conflicts with another one is tried again.
    """

    def __init__(self, store: Store, secret: Callable[[], Secret], *, clock: Clock = earliest) -> None:
        self._store = store
        self._secret = secret
        self._clock = clock

    @cached_property
    def _accounts(self) -> Records[_Account]:
        return Records(self._store, Vault(self._secret()), "event_subscriptions", _Account)

    async def of(self, principal: str) -> list[Subscription]:
        """The subscriptions of an account."""
        account = await self._accounts.get(_key(principal))
        return list(account.without_past(self._clock()).subscriptions) if account is not None else []

    async def all(self) -> AsyncIterator[Subscription]:
        """The subscriptions of all accounts, for the sweep at the start and from time to time."""
        async for _, account in self._accounts.all():
            for each in account.without_past(self._clock()).subscriptions:
                yield each

    async def find(self, principal: str, id_: str) -> Subscription | None:
        return next((each for each in await self.of(principal) if each.id == id_), None)

    async def is_verified(self, principal: str, url: str) -> bool:
        """Whether the URL was recently verified to want the deliveries of this account."""
        account = await self._accounts.get(_key(principal))
        return account is not None and account.verified.get(url, 0.0) > self._clock()

    async def verified(self, principal: str, url: str) -> None:
        """Record that the URL is verified from now on."""
        until = self._clock() + VERIFIED_SECS
        await self._change(
            principal, lambda account: replace(account, verified={**account.verified, url: until}), VERIFIED_SECS
        )

    async def put(self, fresh: Subscription) -> Subscription:
        """Store the subscription, or renew the one with its id. Returns what is stored. Raises TooMany."""
        now = self._clock()

        def change(account: _Account) -> _Account:
            old = account.find(fresh.id)
            if old is None and len(account.subscriptions) >= MOST:
                raise TooMany
            kept = old.renewed(fresh, now) if old is not None else fresh
            others = account.without(fresh.id)
            return replace(others, subscriptions=(*others.subscriptions, kept))

        changed = await self._change(fresh.principal, change, fresh.until - now)
        return changed.find(fresh.id) or fresh

    async def drop(self, principal: str, id_: str) -> bool:
        """End the subscription. Returns whether there was one."""
        existed = await self.find(principal, id_) is not None
        if existed:
            await self._change(principal, lambda account: account.without(id_), 0)
        return existed

    async def _change(self, principal: str, change: Callable[[_Account], _Account], at_least_secs: float) -> _Account:
        """Change the record of an account, which then lives as long as anything in it, and at least `at_least_secs`."""
        now = self._clock()

        def changed(account: _Account | None) -> _Account:
            return change((account or _Account()).without_past(now))

        def ttl_secs(account: _Account) -> float:
            ends = [*(each.until for each in account.subscriptions), *account.verified.values()]
            return max([at_least_secs, 1.0, *(end - now for end in ends)])

        return await self._accounts.change(_key(principal), changed, ttl_secs)


def id_of(principal: str, url: str, name: str, arguments: Mapping[str, Any]) -> str:
    """The id of a subscription, made from its content: subscribing again to the same gives the same id."""
    told = canonical([principal, url, name, arguments])
    return f"sub_{hashlib.sha256(told.encode()).hexdigest()[:32]}"


def _key(principal: str) -> str:
    return hashlib.sha256(principal.encode()).hexdigest()[:32]
