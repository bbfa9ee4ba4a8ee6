"""The parts that guards, pages and tools share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from telnyx_remote_mcp.guardrails.approvals import Approvals
from telnyx_remote_mcp.guardrails.by_text import ByText, OwnerPhone
from telnyx_remote_mcp.guardrails.contacts import Contacts
from telnyx_remote_mcp.guardrails.opt_outs import OptOuts
from telnyx_remote_mcp.guardrails.own_numbers import OwnNumbers
from telnyx_remote_mcp.guardrails.prices import Prices
from telnyx_remote_mcp.guardrails.strangers import Strangers
from telnyx_remote_mcp.guardrails.unusual import Unusual
from telnyx_remote_mcp.store.base import Store
from telnyx_remote_mcp.store.secret import Secret
from telnyx_remote_mcp.store.vault import Vault
from telnyx_remote_mcp.surface.policy import Policy
from telnyx_tools.api.client import Api
from telnyx_tools.registry import Registry


@dataclass(frozen=True)
class Shared:
    """Each part is made when it is first needed: over stdio the first answer needs none of them.

    `page` tells the URL of the page where a person decides, without the id of the approval; None where there is none,
    and then `no_page` says what the person can set up.
    """

    registry: Registry
    api: Api
    store: Store
    calls: Store
    """Keeps what is remembered of calls; it outlives the process, and need not outlive the machine."""
    load_secret: Callable[[], Secret]
    operator: Policy | None
    page: Callable[[], str | None]
    no_page: str = ""
    phone: OwnerPhone | None = None
    """Where there is one, people without another way are asked by text."""

    @cached_property
    def secret(self) -> Secret:
        return self.load_secret()

    @cached_property
    def approvals(self) -> Approvals:
        return Approvals(self.store, self.secret)

    @cached_property
    def by_text(self) -> ByText | None:
        return ByText(self.phone, self.approvals, self.store, self.secret) if self.phone is not None else None

    @cached_property
    def strangers(self) -> Strangers:
        return Strangers(self.calls, Vault(self.secret))

    @cached_property
    def prices(self) -> Prices:
        return Prices(self.api, self.calls)

    @cached_property
    def unusual(self) -> Unusual:
        contacts = Contacts(self.calls, self.secret)
        own = OwnNumbers(self.api, self.calls)
        return Unusual(contacts, self.strangers, own.countries, own.has, OptOuts(self.api), self.prices)
