"""The step that holds a call to the policies, and asks the person where they say so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

import anyio

from telnyx_remote_mcp.calls.call import Call
from telnyx_remote_mcp.calls.pipeline import Next
from telnyx_remote_mcp.calls.question import Answer, AskFirst, Question
from telnyx_remote_mcp.guardrails.approvals import Approval, Extent, Reason
from telnyx_remote_mcp.guardrails.phone_numbers import special
from telnyx_remote_mcp.guardrails.question_text import EXTENTS, form, question_text
from telnyx_remote_mcp.guardrails.recipients import Recipient, recipients
from telnyx_remote_mcp.guardrails.shared import Shared
from telnyx_remote_mcp.guardrails.unavailable import CannotRemember
from telnyx_remote_mcp.guardrails.unusual import Rules
from telnyx_remote_mcp.store.base import StoreUnavailable
from telnyx_remote_mcp.surface.policy import Policy, ruling
from telnyx_tools.api.errors import TelnyxError
from telnyx_tools.results.result import Result
from telnyx_tools.tool.context import Decision
from telnyx_tools.tool.effect import Effect

LOOK_SECS: Final = 0.5
"""Between two looks whether the person decided."""
AGAIN: Final = "Once they agreed, make the very same call again; get_approval waits for their decision."


class Refused(TelnyxError):
    """A policy or the person said no; nothing was sent."""

    def __init__(self, title: str, remedy: str) -> None:
        super().__init__("refused")
        self.title = title
        self._remedy = remedy

    def describe(self) -> dict[str, object]:
        return {"code": "refused", "title": f"{self.title}; nothing was sent", "remedy": self._remedy}


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
            await self._check(call, reached)
        except StoreUnavailable:
            raise CannotRemember from None
        result = await proceed(call)
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
        ends = anyio.current_time() + wait_secs
        while True:
            try:
                approval = await self.shared.approvals.find(approval_id)
            except StoreUnavailable:
                raise CannotRemember from None
            if approval is None or approval.principal != call.caller.principal:
                return None
            if approval.state != "pending" or anyio.current_time() >= ends:
                return approval.state
            await anyio.sleep(LOOK_SECS)

    async def _check(self, call: Call, reached: Sequence[Recipient]) -> None:
        """Return where the call may run. Raises Refused, or AskFirst."""
        if reasons := await self._reasons(call, reached):
            await self._ask(call, reasons)

    async def _reasons(self, call: Call, reached: Sequence[Recipient]) -> list[Reason]:
        """Why the person is asked first; nothing where they are not. Raises Refused."""
        laid_down = [self.shared.operator] if self.shared.operator is not None else []
        rule = ruling(call.action, self.shared.registry, laid_down, call.surface.policy)
        if rule.word == "refuse":
            raise Refused(
                f"{call.action.name} is refused by a policy ({rule.text})",
                "Tell the user: they or the operator of this server can change the policy.",
            )
        _check_numbers(reached, laid_down)
        if rule.word == "ask":
            return [Reason("policy", f"The policy asks about every such call ({rule.text}).")]
        if rule.word == "ask_when_unusual":
            return await self.shared.unusual.reasons(call, reached, Rules.of(laid_down))
        return []

    async def _ask(self, call: Call, reasons: list[Reason]) -> None:
        """Return where the person agrees, else raise what to do about it."""
        if await self._agreed_before(call, reasons):
            return
        approval = await self.shared.approvals.of(call, reasons)
        if approval.state == "approved" and await self.shared.approvals.use(approval):
            return
        question = self._question(approval)
        answer = call.answers.get(question.id)
        if approval.state == "denied":
            raise _denied()
        if answer is None:
            raise AskFirst(question, self._otherwise(approval))
        await self._answered(approval, answer)

    async def _answered(self, approval: Approval, answer: Answer) -> None:
        if answer.action != "accept":
            await self.shared.approvals.decide(approval, "denied")
            raise _denied()
        if not await self.shared.approvals.use(approval, _extent(answer.content)):
            raise Refused("This answer was used already, or came too late", "Make the call again to ask anew.")

    async def _agreed_before(self, call: Call, reasons: Sequence[Reason]) -> bool:
        if await self.shared.approvals.given(call):
            return True
        addresses = [reason.address for reason in reasons]
        principal = call.caller.principal
        return all(
            [address is not None and await self.shared.approvals.knows(principal, address) for address in addresses]
        )

    def _question(self, approval: Approval) -> Question:
        return Question(question_text(approval), form(approval), approval.nonce)

    def _link(self, approval: Approval) -> str | None:
        page = self.shared.page()
        return f"{page}{approval.id}" if page is not None else None

    def _otherwise(self, approval: Approval) -> Mapping[str, object]:
        """What an agent reads that cannot ask its person: where they decide, and what to do then."""
        if (link := self._link(approval)) is None:
            title = "The user has to agree first, and cannot be asked here; nothing was done"
            return {"title": title, "remedy": self.shared.no_page}
        return {
            "title": "The user has to agree first; nothing was done yet",
            "approval_id": approval.id,
            "link": link,
            "remedy": f"Give the user the link: they decide there, nobody else can. {AGAIN}",
        }


def _extent(content: Mapping[str, Any]) -> Extent:
    """How far the yes in a form goes; no further than once where the form does not say."""
    by_words = {words: extent for extent, words in EXTENTS.items()}
    return by_words.get(str(content.get("answer")), "once")


def _denied() -> Refused:
    return Refused("The user said no", "Do not try it in another way; ask the user what they want instead.")


def _check_numbers(reached: Sequence[Recipient], laid_down: Sequence[Policy]) -> None:
    """Raises Refused for an emergency or premium-rate number, unless every policy that names any names its kind."""
    named = [set(policy.numbers) for policy in laid_down if policy.numbers]
    for recipient in reached:
        kind = special(recipient.value) if recipient.kind == "phone" else None
        if kind is not None and not (named and all(kind in kinds for kinds in named)):
            raise Refused(
                f"{recipient.key} is an {'emergency' if kind == 'emergency' else 'expensive premium-rate'} number",
                f'Agents may not reach it unless a policy allows it (numbers = ["{kind}"]).',
            )
