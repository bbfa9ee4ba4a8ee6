"""Asks the person behind a call for their agreement, in whatever way there is, and applies what they said."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import anyio

from telnyx_remote_mcp.calls.call import Call
from telnyx_remote_mcp.calls.question import Agreement, Answer, AskFirst, Question, Way
from telnyx_remote_mcp.calls.stopped import StoppedByGuard
from telnyx_remote_mcp.guardrails.approvals import Approval, Extent, Reason
from telnyx_remote_mcp.guardrails.question_text import EXTENTS, form, question_text
from telnyx_remote_mcp.guardrails.shared import Shared
from telnyx_tools.tool.context import Decision
from telnyx_tools.tool.effect import Effect

LOOK_SECS: Final = 0.5
"""How often it is checked whether the person has decided."""
OPENED_SECS: Final = 40
"""How long a call waits for a person whose client opened the page. Clients give up after a minute."""
AGAIN: Final = "Once they agreed, make the very same call again; get_approval waits for their decision."
CONFIRM: Final = (
    " Here your word counts as well: ask the user what the question says, and if they agree call confirm_approval."
)
INFLUENCED_RULES: Final = frozenset({"tainted", "after_reading"})
"""The rules about calls that a stranger's text may be behind. The agent's word does not count for them."""
NOT_COVERED_BY_HOUR: Final = INFLUENCED_RULES | {"opted_out"}
"""The rules that a yes for an hour does not cover: the person did not know of the recipient when they gave it."""
NO_PRICE: Final = "not known before"


class Refused(StoppedByGuard):
    """A policy or the person said no; nothing was sent."""

    def __init__(self, title: str, remedy: str, rule: str) -> None:
        super().__init__("refused")
        self.rules = (rule,)
        self.title = title
        self._remedy = remedy

    def describe(self) -> dict[str, object]:
        return {"code": "refused", "title": f"{self.title}; nothing was sent", "remedy": self._remedy}


@dataclass(frozen=True, slots=True)
class Person:
    """The person who decides about the calls of an account. Methods raise StoreUnavailable; then nothing is agreed."""

    shared: Shared

    async def agrees(self, call: Call, reasons: Sequence[Reason], *, by_word: bool = False) -> Agreement:
        """Return how the person agreed to the call. Raises Refused, or AskFirst if they have to be asked first.

        With `by_word`, the agent may say that they agreed (`confirmed`).
        """
        rules = _rules(reasons)
        if (before := await self._agreed_before(call, reasons)) is not None:
            return Agreement(rules, before)
        approval = await self.shared.approvals.of(call, reasons, self._price)
        if approval.state == "denied":
            raise _denied()
        if approval.state == "approved" and await self.shared.approvals.use(approval):
            return Agreement(rules, approval.by)
        question = self._question(approval)
        answer = call.answers.get(question.id)
        way = await self._answered(call, approval, answer) if answer is not None else None
        if way is None:
            raise AskFirst(question, await self._otherwise(call, approval, question, by_word=by_word), rules)
        return Agreement(rules, way)

    async def decision(self, call: Call, approval_id: str, wait_secs: float) -> Decision | None:
        """The state of an approval of this caller, once it is decided, the server's shutdown begins, or after
        `wait_secs`; None if there is none."""
        ends, shutdown = anyio.current_time() + wait_secs, call.progress.shutdown
        while True:
            approval = await self.shared.approvals.find(approval_id)
            if approval is None or approval.principal != call.caller.principal:
                return None
            if approval.state != "pending" or anyio.current_time() >= ends or shutdown.has_begun:
                return approval.state
            call.progress.waited = True
            await shutdown.unless_begun(asyncio.sleep(LOOK_SECS))

    async def confirmed(self, call: Call, approval_id: str) -> Decision | None:
        """Accept the agent's word that the person agreed; return the state of the approval, None if there is none.

        Raises Refused if the agent's word is not enough.
        """
        approval = await self.shared.approvals.find(approval_id)
        told = (call.caller.principal, call.client.name, call.caller.grant_id)
        if approval is None or (approval.principal, approval.client, approval.grant) != told:
            return None
        for reason in approval.reasons:
            if reason.rule in INFLUENCED_RULES:
                title = "Where a stranger's text may be behind it, the user alone decides"
                raise Refused(title, "Give them the link.", reason.rule)
        await self.shared.approvals.decide(approval, "approved", by="word")
        return await self.decision(call, approval_id, 0)

    async def _answered(self, call: Call, approval: Approval, answer: Answer) -> Way | None:
        """Use the answer, and return how the person said yes; None if it decides nothing. Raises Refused."""
        if answer.mode == "url" and answer.action != "decline":
            return await self._decided_on_page(call, approval) if answer.action == "accept" else None
        if answer.action != "accept":
            await self.shared.approvals.decide(approval, "denied")
            raise _denied()
        if not await self.shared.approvals.use(approval, _extent(answer.content)):
            title = "This answer was used already, or came too late"
            raise Refused(title, "Make the call again to ask anew.", "answer_used")
        return "form"

    async def _decided_on_page(self, call: Call, approval: Approval) -> Way | None:
        """Wait for the decision of a person who opened the page."""
        if await self.decision(call, approval.id, OPENED_SECS) == "denied":
            raise _denied()
        decided = await self.shared.approvals.find(approval.id)
        return decided.by if decided is not None and await self.shared.approvals.use(approval) else None

    async def _agreed_before(self, call: Call, reasons: Sequence[Reason]) -> Way | None:
        approvals, principal = self.shared.approvals, call.caller.principal
        by_hour = NOT_COVERED_BY_HOUR.isdisjoint(reason.rule for reason in reasons)
        if by_hour and await approvals.allows_tool(call):
            return "hour"
        addresses = [reason.address for reason in reasons]
        known = all(
            [address is not None and await approvals.allows_destination(principal, address) for address in addresses]
        )
        return "destination" if known else None

    async def _price(self, call: Call) -> str | None:
        if call.action.effect is not Effect.SPENDS:
            return None
        return await self.shared.prices.in_words(call) or NO_PRICE

    def _question(self, approval: Approval) -> Question:
        page = self.shared.page()
        url = f"{page}{approval.id}" if page is not None else None
        return Question(question_text(approval), form(approval), approval.nonce, url)

    async def _otherwise(
        self, call: Call, approval: Approval, question: Question, *, by_word: bool
    ) -> Mapping[str, object]:
        """What the agent reads if its client cannot ask: where the person decides, and what to do next."""
        said = {"rules": list(_rules(approval.reasons)), "approval_id": approval.id}
        word = CONFIRM if by_word and INFLUENCED_RULES.isdisjoint(said["rules"]) else ""
        texted = await self._texted(call, approval)
        if question.url is None and texted is None:
            title = "The user has to agree first, and cannot be asked here; nothing was done"
            return {"title": title, **said, "remedy": self.shared.no_page + word}
        ways = {name: way for name, way in (("link", question.url), ("texted", texted)) if way is not None}
        how = "Give the user the link: they decide there, nobody else can." if question.url else ""
        if texted is not None:
            how = f"{how} They were asked by a text to {texted}, and can answer it.".strip()
        return {
            "title": "The user has to agree first; nothing was done yet",
            **said,
            **ways,
            "remedy": f"{how} {AGAIN}{word}",
        }

    async def _texted(self, call: Call, approval: Approval) -> str | None:
        """The owner's masked number that the question went to; None if it was not sent, or the client can ask."""
        if call.client.forms or self.shared.by_text is None:
            return None
        return await self.shared.by_text.ask(approval)


def _rules(reasons: Sequence[Reason]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(reason.rule for reason in reasons))


def _extent(content: Mapping[str, Any]) -> Extent:
    """What the yes in a form covers; one call if the form does not say."""
    by_words = {words: extent for extent, words in EXTENTS.items()}
    return by_words.get(str(content.get("answer")), "once")


def _denied() -> Refused:
    return Refused("The user said no", "Do not try it in another way; ask the user what they want instead.", "denied")
