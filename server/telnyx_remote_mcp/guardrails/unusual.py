"""Unusual calls: the reasons, by rule, to ask the person before a call."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Container, Sequence
from dataclasses import dataclass
from typing import Final

from telnyx_remote_mcp.calls.call import Call
from telnyx_remote_mcp.guardrails.approvals import Reason
from telnyx_remote_mcp.guardrails.contacts import Contacts
from telnyx_remote_mcp.guardrails.local_time import is_night
from telnyx_remote_mcp.guardrails.phone_numbers import country
from telnyx_remote_mcp.guardrails.price_rules import price_reasons
from telnyx_remote_mcp.guardrails.prices import Prices
from telnyx_remote_mcp.guardrails.recipients import Recipient, other_addresses, phone
from telnyx_remote_mcp.guardrails.rules import Rules
from telnyx_remote_mcp.guardrails.strangers import Strangers, reader
from telnyx_remote_mcp.surface.deeds import deeds_of
from telnyx_tools.tool.effect import Effect

_SENDER: Final = ("from", "from_number", "caller_id", "from_")

IsOwn = Callable[[Call, str], Awaitable[bool]]
"""Whether the caller's account has this phone number."""
OwnCountries = Callable[[Call], Awaitable[frozenset[str]]]
"""The countries of the caller's own phone numbers."""
OptOuts = Callable[[Call], Awaitable[frozenset[str]]]
"""The recipients who answered STOP to the caller's account."""


@dataclass(frozen=True, slots=True)
class Unusual:
    """Finds what is unusual about a call. Methods raise StoreUnavailable."""

    contacts: Contacts
    strangers: Strangers
    own_countries: OwnCountries
    is_own: IsOwn
    opt_outs: OptOuts
    prices: Prices

    async def reasons(self, call: Call, reached: Sequence[Recipient], rules: Rules) -> list[Reason]:
        """Every reason to ask about this call; empty if it is not unusual.

        For a call that spends nothing, such as setting a webhook, only the rules about strangers count.
        """
        if call.action.effect is not Effect.SPENDS:
            rules = rules.for_free_calls()
        others = other_addresses(call) if rules.tainted or rules.after_reading else ()
        named = {one.value: one for one in (*others, *reached)}
        new = {address: one for address, one in named.items() if not await self._is_met(call, address)}
        found = [reason async for reason in self._of_recipients(call, reached, new, rules)]
        if new and (rules.tainted or rules.after_reading):
            found += [reason async for reason in self._of_strangers(call, list(new.values()), rules)]
        found += [reason async for reason in price_reasons(call, reached, rules, self.prices)]
        if rules.recipients is not None and reached:
            count = await self.contacts.count_recent(call.caller.principal, reached)
            if count > rules.recipients:
                text = f"It would be recipient number {count} within ten minutes; more than {rules.recipients} ask."
                found.append(Reason("recipients", text))
        return found

    async def _is_met(self, call: Call, address: str) -> bool:
        return await self.contacts.met(call.caller.principal, address)

    async def _of_recipients(
        self, call: Call, reached: Sequence[Recipient], new: Container[str], rules: Rules
    ) -> AsyncIterator[Reason]:
        opted_out = await self._opted_out(call, rules)
        for recipient in reached:
            address = recipient.value
            if address in opted_out:
                yield Reason("opted_out", f"{address} answered STOP to this account and wants no more messages.")
            if rules.night and recipient.kind == "phone" and is_night(address):
                yield Reason("night", f"It is night where {address} is.")
            if address not in new:
                continue
            if rules.new_country and recipient.kind == "phone" and await self._is_new_country(call, address):
                yield Reason("new_country", f"{address} is in {country(address)}, which is new here.", address)
            if rules.first_contact:
                yield Reason("first_contact", f"{address} was never contacted from here.", address)

    async def _of_strangers(self, call: Call, new: Sequence[Recipient], rules: Rules) -> AsyncIterator[Reason]:
        """The reasons for new addresses that a stranger's text names (`tainted`), or may name in a way that was not
        recognized (`after_reading`). The account's own numbers are excepted."""
        principal = call.caller.principal
        suspects = await self.strangers.named(principal, new)
        named = await self.strangers.named_before_reading(reader(call)) if rules.after_reading else None
        for recipient in new:
            address, is_suspect = recipient.value, recipient in suspects
            is_known = named is None or address in named or self.strangers.wrote(principal, recipient)
            if is_known and not (is_suspect and rules.tainted):
                continue
            if recipient.kind == "phone" and await self.is_own(call, address):
                continue
            if is_suspect and rules.tainted:
                text = f"The agent has {address} from a text that somebody else wrote, not from you."
                yield Reason("tainted", text, address)
            else:
                text = f"{address} is new here, and the agent read what others wrote within the last hour."
                yield Reason("after_reading", text, address)

    async def _opted_out(self, call: Call, rules: Rules) -> frozenset[str]:
        texts = rules.opted_out and "text-a-person" in deeds_of(call.action)
        return await self.opt_outs(call) if texts else frozenset()

    async def _is_new_country(self, call: Call, number: str) -> bool:
        code = country(number)
        if (
            code is None
            or code in sender_countries(call)
            or await self.contacts.met_country(call.caller.principal, code)
        ):
            return False
        return code not in await self.own_countries(call)


def senders(call: Call) -> list[Recipient]:
    """The numbers that the call is made from, which are the account's own."""
    given = ((name, str(call.fields[name])) for name in _SENDER if call.fields.get(name))
    numbers = ((name, number) for name, text in given if (number := phone(text)) is not None)
    return [Recipient("phone", number, name) for name, number in numbers if number.startswith("+")]


def sender_countries(call: Call) -> set[str | None]:
    """The countries of the numbers that the call is made from."""
    return {country(sender.value) for sender in senders(call)}
