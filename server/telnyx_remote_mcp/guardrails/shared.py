"""The parts that the guards share with pages and tools."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from telnyx_remote_mcp.audit.activity import Activity
from telnyx_remote_mcp.auth.account_rules import AccountRules, RulesUnreadable
from telnyx_remote_mcp.calls.call import Call
from telnyx_remote_mcp.guardrails.approvals import Approvals
from telnyx_remote_mcp.guardrails.by_text import ByText, OwnerPhone
from telnyx_remote_mcp.guardrails.contacts import Contacts
from telnyx_remote_mcp.guardrails.layers import Layers
from telnyx_remote_mcp.guardrails.opt_outs import OptOuts
from telnyx_remote_mcp.guardrails.own_numbers import OwnNumbers
from telnyx_remote_mcp.guardrails.prices import Prices
from telnyx_remote_mcp.guardrails.strangers import Strangers
from telnyx_remote_mcp.guardrails.unavailable import CannotReadRules
from telnyx_remote_mcp.guardrails.unusual import Unusual
from telnyx_remote_mcp.store.base import Store
from telnyx_remote_mcp.store.secret import Secret
from telnyx_remote_mcp.store.vault import Vault
from telnyx_remote_mcp.surface.owner_rules import NO_RULES, OwnerRules
from telnyx_remote_mcp.surface.policy import Policy, Whose
from telnyx_tools.api.client import Api
from telnyx_tools.registry import Registry
from telnyx_tools.tool.effect import Effect


@dataclass(frozen=True)
class Shared:
    """The shared parts. Each is created when it is first needed: over stdio the first answer needs none of them.

    `page` returns the URL of the page where a person decides, without the id of the approval; None if there is no page,
    and then `no_page` says what the person can set up. `account_page` is where the owner of an account sets rules.
    """

    registry: Registry
    api: Api
    store: Store
    calls: Store
    """The store for what is remembered of calls. It outlives the process, but need not outlive the machine."""
    load_secret: Callable[[], Secret]
    operator: Policy | None
    page: Callable[[], str | None]
    no_page: str = ""
    phone: OwnerPhone | None = None
    """If given, owners whose client cannot ask are asked by text message."""
    account_page: str = "/account"
    activity: Activity | None = None
    """If given, the owner of an account sees at every replica what was done at any."""

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

    @cached_property
    def account_rules(self) -> AccountRules:
        return AccountRules(self.store, self.secret)

    async def layers(self, call: Call) -> Layers:
        """The layers that apply to a call. For a read, the account's rules are not loaded.

        Raises StoreUnavailable and CannotReadRules.
        """
        if call.action.effect is Effect.READ:
            return self._layers(call, NO_RULES)
        return await self.all_layers(call)

    async def all_layers(self, call: Call) -> Layers:
        """All layers for the caller of a call, even for a read. Over stdio there are no account rules: the operator
        is the owner. Raises as `layers`."""
        caller = call.caller
        if caller.lane == "stdio":
            return self._layers(call, NO_RULES)
        try:
            return self._layers(call, await self.account_rules.of(caller.principal, caller.credential))
        except RulesUnreadable:
            raise CannotReadRules(self.account_page) from None

    def _layers(self, call: Call, account: OwnerRules) -> Layers:
        return Layers(
            operator=self.operator, account=account, connection=call.caller.rules, request=call.surface.policy
        )

    def who_changes(self, whose: Whose) -> str:
        """Who can change a rule, in words for an agent."""
        if whose in ("account", "connection"):
            return f"Tell the user: they laid it down, and can change it on {self.account_page}."
        if whose == "request":
            return "Whoever set up this connection can change it, in the URL or the headers."
        return "Tell the user: the operator of this server can change it."
