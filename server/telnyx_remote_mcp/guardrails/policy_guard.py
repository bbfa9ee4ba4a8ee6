"""The step that holds a call to the policies, and asks the person where they say so."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from telnyx_remote_mcp.calls.call import Call
from telnyx_remote_mcp.calls.pipeline import Next
from telnyx_remote_mcp.calls.question import Agreement
from telnyx_remote_mcp.guardrails.approvals import Reason
from telnyx_remote_mcp.guardrails.person import Person, Refused
from telnyx_remote_mcp.guardrails.phone_numbers import special
from telnyx_remote_mcp.guardrails.recipients import Recipient, recipients
from telnyx_remote_mcp.guardrails.rules import Rules
from telnyx_remote_mcp.guardrails.shared import Shared
from telnyx_remote_mcp.guardrails.unavailable import CannotRemember
from telnyx_remote_mcp.store.base import StoreUnavailable
from telnyx_remote_mcp.surface.policy import Policy, ruling, takes_word
from telnyx_tools.results.result import Result
from telnyx_tools.tool.context import Decision
from telnyx_tools.tool.effect import Effect


@dataclass(frozen=True, slots=True)
class PolicyGuard:
    """Lets a call run, asks the person first, or refuses it. What is asked runs once for each yes.

    Nothing that needs a yes runs where it cannot be known whether the person gave one.
    """

    shared: Shared

    async def __call__(self, call: Call, proceed: Next) -> Result:
        if call.preview:
            return await proceed(call)
        reached = recipients(call)
        try:
            agreement = await self._check(call, reached)
        except StoreUnavailable:
            raise CannotRemember from None
        result = await proceed(replace(call, agreement=agreement))
        if call.action.effect is Effect.SPENDS and reached:
            with suppress(StoreUnavailable):  # it was sent: not to remember that is no reason to say otherwise
                await self.shared.unusual.contacts.note(call.caller.principal, reached)
        return result

    async def foresee(self, call: Call) -> list[str]:
        """Why the call would be refused, or what the person would be asked about."""
        try:
            return [reason.text for reason in await self._reasons(call, recipients(call))]
        except Refused as refusal:
            return [refusal.title]
        except StoreUnavailable:
            raise CannotRemember from None

    async def decision(self, call: Call, approval_id: str, wait_secs: float) -> Decision | None:
        """What the person decided about a call of this caller's, as soon as they did; None for no such approval."""
        try:
            return await Person(self.shared).decision(call.caller.principal, approval_id, wait_secs)
        except StoreUnavailable:
            raise CannotRemember from None

    async def confirm(self, call: Call, approval_id: str) -> Decision | None:
        """Take the agent's word that the person agreed. Raises Refused where no policy does."""
        if not takes_word(self._laid_down()):
            remedy = "Give the user the link: they decide there."
            raise Refused("No policy here takes your word for the user's", remedy, "word")
        try:
            return await Person(self.shared).confirmed(call, approval_id)
        except StoreUnavailable:
            raise CannotRemember from None

    async def _check(self, call: Call, reached: Sequence[Recipient]) -> Agreement | None:
        """Return where the call may run: how the person agreed, where they were asked. Raises Refused, or AskFirst."""
        if reasons := await self._reasons(call, reached):
            return await Person(self.shared).agrees(call, reasons, by_word=takes_word(self._laid_down()))
        return None

    def _laid_down(self) -> list[Policy]:
        return [self.shared.operator] if self.shared.operator is not None else []

    async def _reasons(self, call: Call, reached: Sequence[Recipient]) -> list[Reason]:
        """Why the person is asked first; nothing where they are not. Raises Refused."""
        laid_down = self._laid_down()
        rule = ruling(call.action, self.shared.registry, laid_down, call.surface.policy)
        if rule.word == "refuse":
            raise Refused(
                f"{call.action.name} is refused by a policy ({rule.text})",
                "Tell the user: they or the operator of this server can change the policy.",
                rule.text,
            )
        _check_numbers(reached, laid_down)
        if rule.word == "ask":
            return [Reason("policy", f"The policy asks about every such call ({rule.text}).")]
        if rule.word == "ask_when_unusual":
            return await self.shared.unusual.reasons(call, reached, Rules.of(laid_down))
        return []


def _check_numbers(reached: Sequence[Recipient], laid_down: Sequence[Policy]) -> None:
    """Raises Refused for an emergency or premium-rate number, unless every policy that names any names its kind."""
    named = [set(policy.numbers) for policy in laid_down if policy.numbers]
    for recipient in reached:
        kind = special(recipient.value) if recipient.kind == "phone" else None
        if kind is not None and not (named and all(kind in kinds for kinds in named)):
            raise Refused(
                f"{recipient.key} is an {'emergency' if kind == 'emergency' else 'expensive premium-rate'} number",
                f'Agents may not reach it unless a policy allows it (numbers = ["{kind}"]).',
                f"numbers.{kind}",
            )
