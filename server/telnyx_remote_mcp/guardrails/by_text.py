"""Asks the owner by a text message to their own number, and decides the approval that their answer names."""

from __future__ import annotations

import hmac
import re
import secrets
from dataclasses import dataclass
from typing import Final, Literal, Protocol

from telnyx_remote_mcp.guardrails.approvals import OPEN_SECS, Approval, Approvals
from telnyx_remote_mcp.guardrails.entries import masked
from telnyx_remote_mcp.guardrails.question_text import agent, arguments, deed
from telnyx_remote_mcp.guardrails.recipients import Recipient
from telnyx_remote_mcp.store.base import Store
from telnyx_remote_mcp.store.records import Records
from telnyx_remote_mcp.store.secret import Secret
from telnyx_remote_mcp.store.vault import Vault
from telnyx_tools.api.errors import MAY_BE_DONE, TelnyxError

LONGEST: Final = 300
"""Characters of the arguments that the text message quotes."""
_TRIES: Final = 20
_ANSWER: Final = re.compile(r"\s*(yes|no)\s+(\d{4})\s*[.!]?\s*", re.IGNORECASE)


class OwnerPhone(Protocol):
    """The phone number that the owner of an account verified as their own, and how to send a text message to it."""

    async def number(self, principal: str) -> str | None:
        """The number, as E.164; None if there is none."""
        ...

    async def send(self, principal: str, number: str, text: str) -> None:
        """Send the text to the number. Raises TelnyxError."""
        ...


@dataclass(frozen=True, slots=True)
class _Asked:
    """The request for approval that a code stands for."""

    approval_id: str
    nonce: str


@dataclass(frozen=True, slots=True)
class _Sent:
    """A request for approval that was sent, and the masked number that it went to."""

    masked: str


class ByText:
    """Sends one text message for each request for approval, and accepts `YES 4821` or `NO 4821` from that number only.

    The receiver of text messages passes them to `heard`. Methods raise StoreUnavailable.
    """

    def __init__(self, phone: OwnerPhone, approvals: Approvals, store: Store, secret: Secret) -> None:
        vault = Vault(secret)
        self._phone = phone
        self._approvals = approvals
        self._secret = secret
        self._asked = Records(store, vault, "text-code", _Asked)
        self._sent = Records(store, vault, "text-sent", _Sent)

    async def ask(self, approval: Approval) -> str | None:
        """Send the question and return the masked number that it went to; None if it was not sent."""
        if (sent := await self._sent.get(approval.nonce)) is not None:
            return sent.masked
        number = await self._phone.number(approval.principal)
        code = await self._code(approval, number) if number is not None else None
        if number is None or code is None:
            return None
        shown = masked(Recipient("phone", number, ""))
        if not await self._sent.add(approval.nonce, _Sent(shown), OPEN_SECS):
            return shown
        try:
            await self._phone.send(approval.principal, number, _text(approval, code))
        except MAY_BE_DONE:
            return None
        except TelnyxError:
            await self._sent.delete(approval.nonce)
            return None
        return shown

    async def heard(self, principal: str, number: str, text: str) -> bool:
        """Decide the approval that this text message answers; False if it answers none."""
        answer = _ANSWER.fullmatch(text)
        asked = await self._asked.take(self._place(principal, number, answer[2])) if answer is not None else None
        approval = await self._approvals.find(asked.approval_id) if asked is not None else None
        if answer is None or asked is None or approval is None or approval.nonce != asked.nonce:
            return False
        state: Literal["approved", "denied"] = "approved" if answer[1].lower() == "yes" else "denied"
        return await self._approvals.decide(approval, state, by="text")

    async def _code(self, approval: Approval, number: str) -> str | None:
        """A new code for this request, unique among those that wait for this number; None if none was found."""
        asked = _Asked(approval.id, approval.nonce)
        for _ in range(_TRIES):
            code = f"{secrets.randbelow(10_000):04}"
            if await self._asked.add(self._place(approval.principal, number, code), asked, OPEN_SECS):
                return code
        return None

    def _place(self, principal: str, number: str, code: str) -> str:
        key = self._secret.name_key("by-text")
        return hmac.digest(key, "\0".join([principal, number, code]).encode(), "sha256").hex()


def _text(approval: Approval, code: str) -> str:
    given = ", ".join(f"{name}: {' '.join(value.split())}" for name, value in arguments(approval))
    shown = given if len(given) <= LONGEST else f"{given[:LONGEST]}…"
    return f"{agent(approval)} wants to {deed(approval)} ({shown}). Answer YES {code} to allow it once, or NO {code}."
