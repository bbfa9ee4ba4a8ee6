"""The services that receive, store and deliver events, made once for a process."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from telnyx_remote_mcp.events.addresses import Addresses
from telnyx_remote_mcp.events.findings import Findings
from telnyx_remote_mcp.events.inbox_events import InboxEvents
from telnyx_remote_mcp.events.receiver import Receiver
from telnyx_remote_mcp.events.refusals import Refusals
from telnyx_remote_mcp.events.waiting import Waiting
from telnyx_remote_mcp.store.base import Store
from telnyx_remote_mcp.store.rates import Rates
from telnyx_remote_mcp.store.records import Records
from telnyx_remote_mcp.store.secret import Secret
from telnyx_remote_mcp.store.vault import Vault
from telnyx_remote_mcp.telemetry.meter import UNMEASURED, Meter
from telnyx_tools.tool.event import Event

if TYPE_CHECKING:
    from telnyx_remote_mcp.events.deliverer import Pace
    from telnyx_remote_mcp.events.delivery import Delivery
    from telnyx_remote_mcp.events.outbound import Outbound
    from telnyx_remote_mcp.events.standing import Standing


@dataclass(frozen=True, slots=True)
class Note:
    """A value that a tool stores for an account."""

    content: Mapping[str, Any] = field(default_factory=dict)


class EventServices:
    """The event services of a process.

    `base_url` is where Telnyx reaches this server, or None if it cannot. `public_key` is trusted for every account
    whose own key cannot be fetched.
    """

    def __init__(
        self,
        store: Store,
        calls: Store,
        secret: Callable[[], Secret],
        base_url: str | None = None,
        public_key: str | None = None,
        meter: Meter = UNMEASURED,
    ) -> None:
        self.base_url = base_url
        self.public_key = public_key
        self._meter = meter
        self.addresses = Addresses(store, secret)
        self.inbox_events = InboxEvents(store, secret)
        self.refusals = Refusals(calls)
        self.findings = Findings()
        self.waiting = Waiting(self.inbox_events)
        self.delivery: Delivery | None = None
        self.on_event: Callable[[str, Event], Awaitable[None]] | None = None
        """Called with the account and every signed event, before that is stored."""
        self._store = store
        self._calls = calls
        self._secret = secret

    @cached_property
    def rates(self) -> Rates:
        """How often things happen, at all replicas together."""
        return Rates(self._calls, self._secret())

    @cached_property
    def notes(self) -> Records[Note]:
        """The values that tools store, by account and name."""
        return Records(self._store, Vault(self._secret()), "event_note", Note)

    @cached_property
    def receiver(self) -> Receiver:
        return Receiver(
            self.addresses, self.inbox_events, self.refusals, self.arrived, on_event=self.on_event, meter=self._meter
        )

    async def renew(self) -> None:
        """Re-encrypt with the current secret what an older one encrypted, except events and subscriptions: those expire
        soon anyway."""
        await self.addresses.renew()
        await self.notes.renew(lambda _: None)

    def deliver(self, standing: Standing, outbound: Outbound, pace: Pace | None = None) -> Delivery:
        """Create the delivery to subscribers; the caller has to keep it running (`Delivery.running`)."""
        from telnyx_remote_mcp.events.delivery import Delivery

        self.delivery = Delivery(
            self._store, self._calls, self.inbox_events, self._secret, standing, outbound, pace, self._meter
        )
        return self.delivery

    async def inbox_url(self, principal: str) -> str | None:
        """The URL of the account's inbox; None if Telnyx cannot reach this server."""
        return f"{self.base_url}/webhooks/{await self.addresses.of(principal)}" if self.base_url is not None else None

    def arrived(self, principal: str) -> None:
        """Notify the waiting requests and the delivery that an event of the account arrived."""
        self.waiting.notify(principal)
        if self.delivery is not None:
            self.delivery.notify(principal)

    def close(self) -> None:
        """Stop the background work. Requests that wait for events go on until they end by themselves."""
        if self.delivery is not None:
            self.delivery.close()
        self.refusals.close()
