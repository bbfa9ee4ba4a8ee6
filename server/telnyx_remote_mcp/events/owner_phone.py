"""The phone of an account's owner: verified by a code that is texted to it, stored encrypted, and sent texts."""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Final

from telnyx_remote_mcp.clock import Clock, earliest
from telnyx_remote_mcp.store.base import Store
from telnyx_remote_mcp.store.records import Records
from telnyx_remote_mcp.store.secret import Secret
from telnyx_remote_mcp.store.vault import Vault
from telnyx_tools.api.client import Api, Telnyx
from telnyx_tools.api.credential import Credential
from telnyx_tools.api.errors import TelnyxError
from telnyx_tools.results.result import objects

CODE_SECS: Final = 600
TRIES: Final = 5
CODES_PER_DAY: Final = 5
"""For one account: each code is a text to whatever number its owner entered."""
_DAY_SECS: Final = 24 * 3_600
_NUMBER: Final = re.compile(r"\+[1-9][0-9]{6,14}")
_SEPARATORS: Final = re.compile(r"[\s().-]+")


class PhoneRefused(ValueError):
    """The number cannot be the owner's; the text says what to do."""


class NotReached(TelnyxError):
    """The owner cannot be texted any more."""

    def __init__(self) -> None:
        super().__init__("owner not reached")

    def describe(self) -> dict[str, object]:
        return {"code": "owner_not_reached", "title": "The owner of the account cannot be texted; nothing was sent"}


@dataclass(frozen=True, slots=True)
class Phone:
    """The owner's number, the account's own number that texts it, and the messaging profile of that number.

    The profile sends its webhooks to this server, so answers of the owner arrive here.
    """

    number: str
    own_number: str
    profile: str


@dataclass(frozen=True, slots=True)
class _Pending:
    """A number to which a code was sent."""

    phone: Phone
    code: str = field(repr=False)
    until: float
    tries: int = TRIES


class OwnerPhones:
    """The owners' phones. Methods raise StoreUnavailable.

    `credential` returns the credential of any connection of an account, to act for it. `inbox_url` returns the URL at
    which this server receives the account's webhooks.
    """

    def __init__(
        self,
        store: Store,
        secret: Callable[[], Secret],
        api: Api,
        inbox_url: Callable[[str], Awaitable[str | None]],
        credential: Callable[[str], Awaitable[Credential | None]],
        *,
        clock: Clock = earliest,
    ) -> None:
        self._store = store
        self._secret = secret
        self._api = api
        self._inbox_url = inbox_url
        self._credential = credential
        self._clock = clock

    @cached_property
    def _phones(self) -> Records[Phone]:
        return Records(self._store, Vault(self._secret()), "owner_phone", Phone)

    @cached_property
    def _codes(self) -> Records[_Pending]:
        return Records(self._store, Vault(self._secret()), "owner_phone_code", _Pending)

    async def of(self, principal: str) -> Phone | None:
        """The verified phone of the owner."""
        return await self._phones.get(principal)

    async def number(self, principal: str) -> str | None:
        """The owner's number, if this server can text it and would receive the answer; else None."""
        phone = await self.of(principal)
        telnyx = await self._telnyx(principal) if phone is not None else None
        if phone is None or telnyx is None:
            return None
        try:
            told = phone.profile in await self._profiles_with_our_webhook(telnyx, principal)
        except TelnyxError:
            return None
        return phone.number if told else None

    async def send(self, principal: str, number: str, text: str) -> None:
        """Text the owner. Raises TelnyxError."""
        phone, telnyx = await self.of(principal), await self._telnyx(principal)
        if phone is None or telnyx is None or phone.number != number:
            raise NotReached
        await _send(telnyx, phone, text)

    async def begin(self, principal: str, number: str) -> None:
        """Text a code to a number. Raises PhoneRefused, and TelnyxError if the text cannot be sent."""
        plain = _SEPARATORS.sub("", number)
        if _NUMBER.fullmatch(plain) is None:
            raise PhoneRefused("Write the number with its country code, like +13125550123.")
        telnyx = await self._telnyx(principal)
        if telnyx is None:
            raise PhoneRefused("Connect an agent to this account first: texts are sent by its connection.")
        phone = await self._way_to(telnyx, principal, plain)
        taken = await self._store.counters.take("owner_phone_codes", principal, 1, CODES_PER_DAY, _DAY_SECS)
        if not taken.allowed:
            raise PhoneRefused("Enough codes were sent today; try again tomorrow.")
        code = f"{secrets.randbelow(1_000_000):06}"
        await self._codes.put(principal, _Pending(phone, code, self._clock() + CODE_SECS), CODE_SECS)
        await _send(telnyx, phone, f"{code} lets agents ask you by text on this number. Enter it on the account page.")

    async def confirm(self, principal: str, code: str) -> bool:
        """Check the code. If it is the one that was sent, the number is the owner's from now on.

        Each code that was sent allows five tries.
        """
        kept = await self._codes.read(principal)
        if kept is None or kept.value.until <= self._clock():
            return False
        left = kept.value.until - self._clock()
        if not await self._codes.swap(principal, kept, replace(kept.value, tries=kept.value.tries - 1), left):
            return False  # another try at the same moment
        if kept.value.tries <= 0 or not hmac.compare_digest(kept.value.code.encode(), code.strip().encode()):
            return False
        if await self._codes.take(principal) is None:
            return False
        await self._phones.put(principal, kept.value.phone, None)
        return True

    async def is_waiting(self, principal: str) -> bool:
        """Whether a code was sent that may still be entered."""
        pending = await self._codes.get(principal)
        return pending is not None and pending.until > self._clock() and pending.tries > 0

    async def forget(self, principal: str) -> None:
        """Delete the owner's phone: nobody is asked by text any more."""
        await self._phones.delete(principal)
        await self._codes.delete(principal)

    async def renew(self) -> None:
        """Re-encrypt with the current secret what an older one encrypted."""
        await self._phones.renew(lambda _: None)

    async def _telnyx(self, principal: str) -> Telnyx | None:
        credential = await self._credential(principal)
        return self._api.bind(credential, principal) if credential is not None else None

    async def _way_to(self, telnyx: Telnyx, principal: str, number: str) -> Phone:
        """The number as a phone, with one of the account's own numbers that can text it and receives the answer.

        Raises PhoneRefused.
        """
        mine = objects(await telnyx.get("/phone_numbers", query={"filter[phone_number]": number}))
        if any(each.get("phone_number") == number for each in mine):
            raise PhoneRefused("That number is the account's own: agents could answer from it.")
        for profile in await self._profiles_with_our_webhook(telnyx, principal):
            numbers = await telnyx.get(
                "/messaging_profiles/{messaging_profile_id}/phone_numbers", messaging_profile_id=profile
            )
            for each in objects(numbers):
                if own := each.get("phone_number"):
                    return Phone(number, str(own), profile)
        raise PhoneRefused(
            "No number of this account has its messages told here, so an answer would not be heard. Ask an agent to "
            "call set_up_webhooks for a messaging profile with a number, then try again."
        )

    async def _profiles_with_our_webhook(self, telnyx: Telnyx, principal: str) -> list[str]:
        """The ids of the messaging profiles whose webhooks go to the account's inbox."""
        url = await self._inbox_url(principal)
        found = objects(await telnyx.get("/messaging_profiles", query={"page[size]": 250}))
        return [str(each["id"]) for each in found if url is not None and each.get("webhook_url") == url]


async def _send(telnyx: Telnyx, phone: Phone, text: str) -> None:
    body: dict[str, Any] = {
        "from": phone.own_number,
        "to": phone.number,
        "messaging_profile_id": phone.profile,
        "text": text,
    }
    await telnyx.post("/messages", body=body, idempotency_key=True)
