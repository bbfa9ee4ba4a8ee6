"""Prices: what a call will cost, as far as that is known in advance."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Final

import anyio

from telnyx_remote_mcp.calls.call import Call
from telnyx_remote_mcp.guardrails.call_rates import Rate, last_rate
from telnyx_remote_mcp.guardrails.phone_numbers import country
from telnyx_remote_mcp.guardrails.recipients import recipients
from telnyx_remote_mcp.guardrails.sms_parts import sms_parts
from telnyx_remote_mcp.store.base import Store
from telnyx_remote_mcp.surface.deeds import deeds_of
from telnyx_tools.api.client import Api, Json, Query, Telnyx
from telnyx_tools.api.errors import TelnyxError
from telnyx_tools.results.result import objects

KIND: Final = "price"
KEPT_SECS: Final = 24 * 3_600
PATIENCE_SECS: Final = 5
"""How long a call, or a question about it, waits for the price."""
MOST_NUMBERS: Final = 10
"""The most phone numbers of one order whose prices are looked up; the price of a larger order is unknown."""
BUNDLES: Final = "POST /bundle_pricing/user_bundles/bulk"
_PAGE: Final = 250
_LONGEST_AGO: Final = "last_30_days"


@dataclass(frozen=True, slots=True)
class Price:
    """What a call costs when it is made, what it costs each later month, and how that is known (`basis`)."""

    amount: Decimal
    currency: str
    basis: str
    monthly: Decimal = Decimal(0)

    def __str__(self) -> str:
        recurring = f", then {self.monthly} {self.currency} each month" if self.monthly else ""
        return f"{self.amount} {self.currency}{recurring} ({self.basis})"


@dataclass(frozen=True, slots=True)
class Prices:
    """Looks up prices. Telnyx tells those of phone numbers, 10DLC campaigns and bundles. The price of a text message is
    taken from the account's messages to the same country in the last 30 days. Everything else has no price in advance;
    for a call by the minute, `in_words` gives an estimate from the last one.
    """

    api: Api
    store: Store

    async def of(self, call: Call) -> Price | None:
        """The price of the call; None if it is not known. Raises StoreUnavailable."""
        telnyx = self.api.bind(call.caller.credential, call.caller.principal)
        try:
            if "POST /number_orders" in call.action.calls:
                return await _of_numbers(telnyx, _numbers(call.fields.get("phone_numbers")))
            if "POST /10dlc/campaignBuilder" in call.action.calls:
                return await _of_campaign(telnyx, str(call.fields.get("usecase")))
            if BUNDLES in call.action.calls:
                return await _of_bundles(telnyx, call.fields.get("items"))
            if "text-a-person" in deeds_of(call.action):
                return await self._of_texts(telnyx, call)
        except TelnyxError:
            return None
        return None

    async def soon(self, call: Call) -> Price | None:
        """The price of the call; None if it is not known within `PATIENCE_SECS`. Raises StoreUnavailable."""
        with anyio.move_on_after(PATIENCE_SECS):
            return await self.of(call)
        return None

    async def in_words(self, call: Call) -> str | None:
        """The price of the call for a person to read, or an estimate for a call by the minute; None if neither is known
        within `PATIENCE_SECS`. Raises StoreUnavailable."""
        with anyio.move_on_after(PATIENCE_SECS):
            price = await self.of(call)
            told = price if price is not None else await self._rate(call)
            return str(told) if told is not None else None
        return None

    async def _rate(self, call: Call) -> Rate | None:
        """What a minute of the account's last call to the same country cost."""
        countries = {country(one.value) for one in recipients(call) if one.kind == "phone"}
        if "call-a-person" not in deeds_of(call.action) or len(countries) != 1 or (code := countries.pop()) is None:
            return None
        try:
            return await last_rate(self.api.bind(call.caller.credential, call.caller.principal), code)
        except TelnyxError:
            return None

    async def _of_texts(self, telnyx: Telnyx, call: Call) -> Price | None:
        """The price of the text message: that of its parts, for every recipient's country."""
        reached = [country(one.value) for one in recipients(call) if one.kind == "phone"]
        given = call.fields
        text = given.get("text")
        if not reached or not isinstance(text, str):
            return None
        is_mms = bool(given.get("media_urls")) or given.get("type") == "MMS" or _is_group(call)
        amount, currency = Decimal(0), ""
        for code in reached:
            part = await self._part(telnyx, call.caller.principal, code, "MMS" if is_mms else "SMS")
            if part is None:
                return None
            amount, currency = amount + part.amount * (1 if is_mms else sms_parts(text)), part.currency
        return Price(amount, currency, "as the account's last texts to this country cost")

    async def _part(self, telnyx: Telnyx, principal: str, code: str | None, kind: str) -> Price | None:
        """What one part of a message cost the last time; cached for a day."""
        if code is None:
            return None
        key = f"{principal.replace(':', '-')}-{code}-{kind}"
        if (kept := await self.store.get(KIND, key)) is not None:
            amount, currency = json.loads(kept)
            return Price(Decimal(amount), currency, "")
        found = _last_part(await telnyx.get("/detail_records", query=_texts_to(code, kind)))
        if found is not None:
            await self.store.put(KIND, key, json.dumps([str(found.amount), found.currency]).encode(), KEPT_SECS)
        return found


async def _of_numbers(telnyx: Telnyx, numbers: Sequence[str]) -> Price | None:
    """What all the phone numbers cost; None if one is not for sale, or there are too many."""
    if not 0 < len(numbers) <= MOST_NUMBERS:
        return None
    prices: list[Price] = []
    for number in numbers:
        price = _offered(number, await telnyx.get("/available_phone_numbers", query=_exactly(number)))
        if price is None:
            return None
        prices.append(price)
    amount = sum((price.amount for price in prices), Decimal(0))
    monthly = sum((price.monthly for price in prices), Decimal(0))
    return Price(amount, prices[0].currency, prices[0].basis, monthly)


async def _of_campaign(telnyx: Telnyx, usecase: str) -> Price | None:
    answer = await telnyx.get("/10dlc/campaign/usecase/cost", query={"usecase": usecase})
    told = answer if isinstance(answer, dict) else {}
    return _price(told.get("upFrontCost"), told.get("monthlyCost"), "USD")


async def _of_bundles(telnyx: Telnyx, items: object) -> Price | None:
    """What these bundles cost in these quantities; None if one is not offered, or its price is not given."""
    answer = await telnyx.get("/bundle_pricing/billing_bundles", query={"page": {"size": _PAGE}})
    offered = {item.get("id"): item for item in objects(answer)}
    monthly, currencies = Decimal(0), set()
    for item in items if isinstance(items, list) else ():
        wanted = item if isinstance(item, dict) else {}
        bundle, quantity = offered.get(wanted.get("billing_bundle_id"), {}), wanted.get("quantity", 1)
        price = _sum(bundle.get("mrc_price"))
        if price is None or not isinstance(quantity, int):
            return None
        monthly += price * quantity
        currencies.add(bundle.get("currency"))
    return _price(0, monthly, currencies.pop()) if len(currencies) == 1 else None


def _offered(number: str, answer: Json) -> Price | None:
    for item in objects(answer):
        if item.get("phone_number") == number:
            told = item.get("cost_information")
            told = told if isinstance(told, dict) else {}
            return _price(told.get("upfront_cost"), told.get("monthly_cost"), told.get("currency"))
    return None


def _price(upfront: object, monthly: object, currency: object) -> Price | None:
    once, each = _sum(upfront), _sum(monthly)
    if once is None or each is None or not isinstance(currency, str):
        return None
    return Price(once + each, currency, "with the first month, as Telnyx tells now", each)


def _last_part(answer: Json) -> Price | None:
    """What a part of the newest message that was not free cost, including the carrier's fee."""
    for item in objects(answer):
        cost, parts, currency = _sum(item.get("cost")), item.get("parts"), item.get("currency")
        if cost and isinstance(parts, int) and parts > 0 and isinstance(currency, str):
            return Price(cost / parts, currency, "")
    return None


def _texts_to(code: str, kind: str) -> Query:
    return {
        "filter": {
            "record_type": "messaging",
            "direction": "outbound",
            "country_code": code,
            "message_type": kind,
            "date_range": _LONGEST_AGO,
        },
        "sort": "-created_at",
        "page": {"size": 20},
    }


def _exactly(number: str) -> Query:
    """The search for one number among those for sale; Telnyx takes its digits without the country code."""
    import phonenumbers

    try:
        digits = phonenumbers.national_significant_number(phonenumbers.parse(number))
    except phonenumbers.NumberParseException:
        digits = number.removeprefix("+")
    return {"filter": {"country_code": country(number), "phone_number": {"contains": digits}, "limit": 10}}


def _numbers(value: object) -> list[str]:
    """The phone numbers, from a list as tools take it or as the API takes it."""
    listed = value if isinstance(value, list | tuple) else []
    return list(dict.fromkeys(str(one.get("phone_number") if isinstance(one, dict) else one) for one in listed))


def _is_group(call: Call) -> bool:
    return "POST /messages/group_mms" in call.action.calls


def _sum(told: object) -> Decimal | None:
    try:
        amount = Decimal(str(told))
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and amount >= 0 else None
