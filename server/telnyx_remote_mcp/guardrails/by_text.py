"""Asking the owner by a text to their own number: what is sent, and which approval an answer decides."""

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
from telnyx_tools.api.errors import TelnyxError

LONGEST: Final = 300
"""Characters of what is asked about, in a text."""
_TRIES: Final = 20
_ANSWER: Final = re.compile(r"\s*(yes|no)\s+(\d{4})\s*[.!]?\s*", re.IGNORECASE)


class OwnerPhone(Protocol):
    """The number that the owner of an account verified as their own, and the way to it."""

    async def number(self, principal: str) -> str | None:
        """The number, as E.164; None where there is none."""
        ...

    async def send(self, principal: str, number: str, text: str) -> None:
        """Send the text to the number. Raises TelnyxError."""
        ...


@dataclass(frozen=True, slots=True)
class _Asked:
    """The asking that a code stands for."""

    approval_id: str
    nonce: str


@dataclass(frozen=True, slots=True)
class _Sent:
    """An asking that was sent."""

    masked: str


class ByText:
    """Asks by text, once for each asking, and hears `YES 4821` or `NO 4821` from that number alone.

    Whoever receives texts hands them to `heard`. Methods raise StoreUnavailable.
    """

    def __init__(self, phone: OwnerPhone, approvals: Approvals, store: Store, secret: Secret) -> None:
        vault = Vault(secret)
        self._phone = phone
        self._approvals = approvals
        self._key = secret.derive("by-text")
        self._asked = Records(store, vault, "text-code", _Asked)
        self._sent = Records(store, vault, "text-sent", _Sent)

    async def ask(self, approval: Approval) -> str | None:
        """Send the question; the number that it went to, masked. None where the owner has none, or it did not go."""
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
        except TelnyxError:
            return None
        return shown

    async def heard(self, principal: str, number: str, text: str) -> bool:
        """Whether a text from this number answered a question to the owner of the account, which is decided now."""
        answer = _ANSWER.fullmatch(text)
        asked = await self._asked.take(self._place(principal, number, answer[2])) if answer is not None else None
        approval = await self._approvals.find(asked.approval_id) if asked is not None else None
        if answer is None or asked is None or approval is None or approval.nonce != asked.nonce:
            return False
        state: Literal["approved", "denied"] = "approved" if answer[1].lower() == "yes" else "denied"
        return await self._approvals.decide(approval, state, by="text")

    async def _code(self, approval: Approval, number: str) -> str | None:
        """A code that stands for this asking alone among those that wait for this number."""
        asked = _Asked(approval.id, approval.nonce)
        for _ in range(_TRIES):
            code = f"{secrets.randbelow(10_000):04}"
            if await self._asked.add(self._place(approval.principal, number, code), asked, OPEN_SECS):
                return code
        return None

    def _place(self, principal: str, number: str, code: str) -> str:
        return hmac.digest(self._key, "\0".join([principal, number, code]).encode(), "sha256").hex()


def _text(approval: Approval, code: str) -> str:
    given = ", ".join(f"{name}: {' '.join(value.split())}" for name, value in arguments(approval))
    shown = given if len(given) <= LONGEST else f"{given[:LONGEST]}…"
    return f"{agent(approval)} wants to {deed(approval)} ({shown}). Answer YES {code} to allow it once, or NO {code}."
