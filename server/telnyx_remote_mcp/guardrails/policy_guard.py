"""The step that applies the policies to a call, and asks the person where they say so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final

from telnyx_remote_mcp.calls.call import Call
from telnyx_remote_mcp.calls.pipeline import Next
from telnyx_remote_mcp.calls.question import Agreement
from telnyx_remote_mcp.guardrails.approvals import Reason
from telnyx_remote_mcp.guardrails.explanation import explained
from telnyx_remote_mcp.guardrails.layers import Layers
from telnyx_remote_mcp.guardrails.person import Person, Refused
from telnyx_remote_mcp.guardrails.phone_numbers import country, special
from telnyx_remote_mcp.guardrails.recipients import Recipient, recipients
from telnyx_remote_mcp.guardrails.rules import Rules
from telnyx_remote_mcp.guardrails.shared import Shared
from telnyx_remote_mcp.guardrails.unavailable import needing_store
from telnyx_remote_mcp.guardrails.unusual import sender_countries, senders
from telnyx_remote_mcp.store.base import StoreUnavailable
from telnyx_remote_mcp.surface.policy import Policy, Whose, takes_word
from telnyx_tools.results.result import Result
from telnyx_tools.tool.context import Decision
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.server_info import PolicyInfo

_WHOSE: Final[Mapping[Whose, str]] = {
    "operator": "the policy of this server",
    "account": "the policy of the account",
    "connection": "the policy of this connection",
    "request": "the policy in the URL or the headers",
    "default": "the default policy",
}


@dataclass(frozen=True, slots=True)
class PolicyGuard:
    """Lets a call run, asks the person first, or refuses it. A call that is asked about runs once for each yes.

    A call that needs a yes does not run while the store cannot say whether the person gave one.
    """

    shared: Shared

    async def __call__(self, call: Call, proceed: Next) -> Result:
        if call.preview:
            return await proceed(call)
        reached = recipients(call)
        with needing_store():
            agreement = await self._check(call, reached)
        result = await proceed(call if agreement is None else replace(call, agreement=agreement))
        if call.action.effect is Effect.SPENDS and reached:
            with suppress(StoreUnavailable):  # the call was made: failing to store that is no reason to report an error
                # The sender counts as known too: Telnyx accepts only the account's own numbers as senders.
                await self.shared.unusual.contacts.note(call.caller.principal, [*reached, *senders(call)])
        return result

    async def foresee(self, call: Call) -> list[str]:
        """Why the call would be refused, or why the person would be asked."""
        try:
            with needing_store():
                reasons = await self._reasons(call, recipients(call))
        except Refused as refusal:
            return [refusal.title]
        return [reason.text for reason in reasons]

    async def explain(self, call: Call) -> PolicyInfo:
        """What happens to calls of this caller. If the account's rules cannot be read now, they are left out."""
        try:
            layers = await self.shared.all_layers(call)
        except StoreUnavailable:
            layers = Layers(operator=self.shared.operator, connection=call.caller.rules, request=call.surface.policy)
        told = explained(
            call.surface.callable.values(),
            lambda tool: layers.rule(tool, self.shared.registry).word,
            Rules.of(layers.policies.values()).explained(),
        )
        return told.model_copy(update=dict(layers.explained()))

    async def decision(self, call: Call, approval_id: str, wait_secs: float) -> Decision | None:
        """The state of an approval of this caller, once it is decided or after `wait_secs`; None if there is none."""
        with needing_store():
            return await Person(self.shared).decision(call, approval_id, wait_secs)

    async def confirm(self, call: Call, approval_id: str) -> Decision | None:
        """Accept the agent's word that the person agreed. Raises Refused if no policy allows that."""
        with needing_store():
            layers = await self.shared.all_layers(call)
            if not takes_word(layers.policies.values()):
                remedy = "Give the user the link: they decide there."
                raise Refused("No policy here takes your word for the user's", remedy, "word")
            return await Person(self.shared).confirmed(call, approval_id)

    async def _check(self, call: Call, reached: Sequence[Recipient]) -> Agreement | None:
        """Check that the call may run, and return the agreement if one was needed. Raises Refused or AskFirst."""
        if reasons := await self._reasons(call, reached):
            layers = await self.shared.layers(call)
            return await Person(self.shared).agrees(call, reasons, by_word=takes_word(layers.policies.values()))
        return None

    async def _reasons(self, call: Call, reached: Sequence[Recipient]) -> list[Reason]:
        """The reasons to ask the person first; empty if the call may simply run. Raises Refused."""
        layers = await self.shared.layers(call)
        rule = layers.rule(call.action, self.shared.registry, call.action.borrows(call.arguments))
        if rule.word == "refuse":
            title = f"{call.action.name} is refused by {_WHOSE[rule.whose]} ({rule.text})"
            raise Refused(title, self.shared.who_changes(rule.whose), rule.text)
        _check_numbers(reached, [*layers.policies.values()])
        self._check_countries(call, reached, layers)
        quiet = layers.quiet(reached) if call.action.effect is Effect.SPENDS else []
        if rule.word == "run":
            return quiet
        unusual = await self.shared.unusual.reasons(call, reached, Rules.of(layers.policies.values()))
        if rule.word == "ask":
            whose = _WHOSE[rule.whose].removeprefix("the ")
            return [Reason("policy", f"The {whose} asks about every such call ({rule.text})."), *unusual, *quiet]
        return [*unusual, *quiet]

    def _check_countries(self, call: Call, reached: Sequence[Recipient], layers: Layers) -> None:
        """Raises Refused for a number outside the countries that the owner allows. A short code counts as in the
        country of the sender's number."""
        for recipient in reached:
            if recipient.kind != "phone":
                continue
            short = not recipient.value.startswith("+")
            codes = sender_countries(call) or {None} if short else {country(recipient.value)}
            whose = next((found for code in codes if (found := layers.forbids(code)) is not None), None)
            if whose is not None:
                where = country(recipient.value) or "no country that is known"
                title = f"{recipient.key} is in {where}, outside the countries that {_WHOSE[whose]} allows"
                raise Refused(title, self.shared.who_changes(whose), "countries")


def _check_numbers(reached: Sequence[Recipient], laid_down: Sequence[Policy]) -> None:
    """Raises Refused for an emergency or premium-rate number, unless some policy allows its kind, and every policy that
    allows kinds of numbers allows this one."""
    named = [set(policy.numbers) for policy in laid_down if policy.numbers]
    for recipient in reached:
        kind = special(recipient.value) if recipient.kind == "phone" else None
        if kind is not None and not (named and all(kind in kinds for kinds in named)):
            raise Refused(
                f"{recipient.key} is an {'emergency' if kind == 'emergency' else 'expensive premium-rate'} number",
                f'Agents may not reach it unless a policy allows it (numbers = ["{kind}"]).',
                f"numbers.{kind}",
            )
