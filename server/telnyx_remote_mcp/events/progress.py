"""The progress of a subscription's deliveries: what is settled, and how often the receiver failed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, Final

from telnyx_remote_mcp.events.subscriptions import LONGEST_SECS, Subscription
from telnyx_remote_mcp.store.base import Store
from telnyx_remote_mcp.store.records import Records
from telnyx_remote_mcp.store.secret import Secret
from telnyx_remote_mcp.store.vault import Vault

HOUR_SECS: Final = 3_600
ENOUGH: Final = 100
FAILING: Final = 0.95
LASTING_SECS: Final = 300.0
"""Deliveries are suspended when more than the share `FAILING` of at least `ENOUGH` attempts in an hour failed, over at
least `LASTING_SECS`. A shorter time would suspend a receiver that restarts under load: it refuses hundreds of requests
within seconds, and accepts them a moment later."""


@dataclass(frozen=True, slots=True)
class Progress:
    """The progress of one subscription. Times are Unix seconds.

    Every event up to `cursor` in the journal is settled. `since` is that of the subscription: another value means that
    the progress belongs to an earlier subscription with the same id.
    """

    since: str
    cursor: str
    last_delivery_at: float | None = None
    last_error: str | None = None
    failed_since: float | None = None
    hour_began: float = 0.0
    attempts: int = 0
    failures: int = 0
    suspended_at: float | None = None

    def is_suspended(self, subscription: Subscription) -> bool:
        """Whether deliveries are suspended until the client subscribes again."""
        return self.suspended_at is not None and subscription.renewed_at <= self.suspended_at

    def attempted(self, reason: str | None, now: float) -> Progress:
        """The progress after one more attempt, which failed for `reason`, or succeeded if that is None."""
        same_hour = now < self.hour_began + HOUR_SECS
        attempts = (self.attempts if same_hour else 0) + 1
        failures = (self.failures if same_hour else 0) + (reason is not None)
        began = self.hour_began if same_hour else now
        counted = replace(self, hour_began=began, attempts=attempts, failures=failures)
        if reason is None:
            return replace(counted, last_delivery_at=now, last_error=None, failed_since=None)
        fails = attempts >= ENOUGH and failures > attempts * FAILING and now >= began + LASTING_SECS
        suspended = now if fails else self.suspended_at
        failed_since = self.failed_since if self.failed_since is not None else now
        return replace(counted, last_error=reason, failed_since=failed_since, suspended_at=suspended)

    def revived(self) -> Progress:
        """The progress after its client subscribed again: not suspended, with no attempts counted."""
        return replace(self, suspended_at=None, hour_began=0.0, attempts=0, failures=0)

    def status(self, subscription: Subscription) -> dict[str, Any]:
        """The delivery status that the client is shown."""
        return {
            "active": not self.is_suspended(subscription),
            "lastDeliveryAt": iso(self.last_delivery_at) if self.last_delivery_at is not None else None,
            "lastError": self.last_error,
            "failedSince": iso(self.failed_since) if self.failed_since is not None else None,
        }


class ProgressBook:
    """Stores the progress of each subscription, which its deliverer writes. Methods raise StoreUnavailable."""

    def __init__(self, store: Store, secret: Callable[[], Secret]) -> None:
        self._store = store
        self._secret = secret

    @cached_property
    def _records(self) -> Records[Progress]:
        return Records(self._store, Vault(self._secret()), "event_progress", Progress)

    async def of(self, subscription: Subscription) -> Progress:
        """The stored progress, or that of the beginning if nothing was delivered yet."""
        kept = await self._records.get(subscription.id)
        since = subscription.since
        return kept if kept is not None and kept.since == since else Progress(since, since)

    async def put(self, subscription: Subscription, progress: Progress) -> None:
        await self._records.put(subscription.id, progress, 2 * LONGEST_SECS)

    async def drop(self, subscription: Subscription) -> None:
        await self._records.delete(subscription.id)


def iso(at: float) -> str:
    """Unix seconds as the protocol writes a time: ISO 8601 in UTC."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
