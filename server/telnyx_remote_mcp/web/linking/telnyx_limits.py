"""Daily spend limits at Telnyx itself, which hold for every key of the account, with or without this server."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from pydantic import BaseModel

from telnyx_tools.api.client import Telnyx
from telnyx_tools.api.errors import TelnyxError
from telnyx_tools.results.result import objects

MOST_OF_A_KIND: Final = 100
"""Profiles of each kind that are read."""
_LONGEST_NAME: Final = 60


class TelnyxLimit(BaseModel):
    """A limit before and now, in the account's currency; "" for none. `problem` says why it could not be set."""

    what: str
    before: str = ""
    now: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class _Profiles:
    """One kind of profile with a daily spend limit."""

    title: str
    path: str
    one: str
    id_name: str
    amount: Callable[[int], object]
    with_name: bool = False

    def limit_of(self, item: Mapping[str, Any]) -> str:
        return _text(item.get("daily_spend_limit")) if item.get("daily_spend_limit_enabled") is True else ""

    async def set(self, telnyx: Telnyx, item: Mapping[str, Any], most: int) -> None:
        name = {"name": item.get("name")} if self.with_name else {}
        body = {**name, "daily_spend_limit": self.amount(most), "daily_spend_limit_enabled": True}
        ids: dict[str, Any] = {self.id_name: str(item["id"])}
        await telnyx.patch(self.one, body=body, **ids)

    def name_of(self, item: Mapping[str, Any]) -> str:
        return f"{self.title} {_text(item.get('name'))[:_LONGEST_NAME]}".strip()


@dataclass(frozen=True, slots=True)
class _Products:
    """The daily spend limits of the whole account, one per product."""

    path: str = "/spend_limits"

    def limit_of(self, item: Mapping[str, Any]) -> str:
        return _text(item.get("effective_limit_usd"))

    async def set(self, telnyx: Telnyx, item: Mapping[str, Any], most: int) -> None:
        product = str(item["product"])
        if isinstance(item.get("limit"), dict):
            await telnyx.patch("/spend_limits/{product}", body={"amount": most}, product=product)
        else:
            await telnyx.post("/spend_limits", body={"amount": most, "product": product, "period": "daily"})

    def name_of(self, item: Mapping[str, Any]) -> str:
        return f"All of {_text(item.get('product_name') or item.get('product'))[:_LONGEST_NAME]}"


def _with_cents(most: int) -> str:
    return f"{most}.00"


_KINDS: Final[tuple[_Profiles | _Products, ...]] = (
    _Profiles("Messaging profile", "/messaging_profiles", "/messaging_profiles/{id}", "id", _with_cents),
    _Profiles(
        "Outbound voice profile", "/outbound_voice_profiles", "/outbound_voice_profiles/{id}", "id", _with_cents, True
    ),
    _Profiles(
        "Verify profile", "/verify_profiles", "/verify_profiles/{verify_profile_id}", "verify_profile_id", lambda x: x
    ),
    _Products(),
)


async def cap_daily_limits(telnyx: Telnyx, most: int) -> list[TelnyxLimit]:
    """Set every daily limit that is missing or higher than `most` to `most`, and return all limits. A lower one stays.

    A limit that Telnyx refuses to set is returned with its problem, and does not keep the others from being set.
    """
    return [limit for kind in _KINDS async for limit in _caps(telnyx, kind, most)]


async def _caps(telnyx: Telnyx, kind: _Profiles | _Products, most: int) -> AsyncIterator[TelnyxLimit]:
    query = {"page": {"size": MOST_OF_A_KIND}} if isinstance(kind, _Profiles) else None
    try:
        answer = await telnyx.get(kind.path, query=query)
    except TelnyxError as error:
        yield TelnyxLimit(what=kind.path.strip("/").replace("_", " ").capitalize(), problem=error.in_words())
        return
    for item in objects(answer):
        if item.get("period") in (None, "daily"):
            yield await _capped(telnyx, kind, item, most)


async def _capped(telnyx: Telnyx, kind: _Profiles | _Products, item: Mapping[str, Any], most: int) -> TelnyxLimit:
    before = kind.limit_of(item)
    found = TelnyxLimit(what=kind.name_of(item), before=before, now=before)
    if _is_at_most(before, most):
        return found
    try:
        await kind.set(telnyx, item, most)
    except TelnyxError as error:
        return found.model_copy(update={"problem": error.in_words()})
    return found.model_copy(update={"now": _with_cents(most)})


def _is_at_most(limit: str, most: int) -> bool:
    try:
        return bool(limit) and Decimal(limit) <= most
    except InvalidOperation:
        return False


def _text(value: object) -> str:
    return str(value) if isinstance(value, str | int | float) else ""
