"""The parts that take, keep and bring events, made once for a process."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from telnyx_remote_mcp.events.addresses import Addresses
from telnyx_remote_mcp.events.findings import Findings
from telnyx_remote_mcp.events.letters import Letters
from telnyx_remote_mcp.events.receiver import Receiver
from telnyx_remote_mcp.events.refusals import Refusals
from telnyx_remote_mcp.events.waiting import Waiting
from telnyx_remote_mcp.store.base import Store
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
    """What a tool keeps for an account."""

    content: Mapping[str, Any] = field(default_factory=dict)


class EventServices:
    """`base_url` is where Telnyx reaches this server; None where it cannot. `public_key` is believed for every account
    whose own key cannot be asked for."""

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
        self.letters = Letters(store, secret)
        self.refusals = Refusals(calls)
        self.findings = Findings()
        self.waiting = Waiting(self.letters)
        self.delivery: Delivery | None = None
        self.hear: Callable[[str, Event], Awaitable[None]] | None = None
        """Is given every signed event, with its account, before it is kept."""
        self._store = store
        self._calls = calls
        self._secret = secret

    @cached_property
    def notes(self) -> Records[Note]:
        """What tools keep, by account and name."""
        return Records(self._store, Vault(self._secret()), "event_note", Note)

    @cached_property
    def receiver(self) -> Receiver:
        return Receiver(self.addresses, self.letters, self.refusals, self.arrived, hear=self.hear, meter=self._meter)

    async def renew(self) -> None:
        """Seal again what an older value of the secret sealed, but for the events and subscriptions: they are gone
        before long anyway."""
        await self.addresses.renew()
        await self.notes.renew(lambda _: None)

    def deliver(self, standing: Standing, outbound: Outbound, pace: Pace | None = None) -> Delivery:
        """Take part in delivering to subscribers; whoever serves keeps this running."""
        from telnyx_remote_mcp.events.delivery import Delivery

        self.delivery = Delivery(
            self._store, self._calls, self.letters, self._secret, standing, outbound, pace, self._meter
        )
        return self.delivery

    async def inbox_url(self, principal: str) -> str | None:
        """The URL of the account's inbox; None where Telnyx does not reach this server."""
        return f"{self.base_url}/webhooks/{await self.addresses.of(principal)}" if self.base_url is not None else None

    def arrived(self, principal: str) -> None:
        """Tell whoever waits, and those who deliver, that an event of the account came."""
        self.waiting.ring(principal)
        if self.delivery is not None:
            self.delivery.ring(principal)

    def close(self) -> None:
        """End what runs beside the requests."""
        if self.delivery is not None:
            self.delivery.close()
        self.waiting.close()
        self.refusals.close()
