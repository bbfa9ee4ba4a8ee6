"""Messages on WhatsApp, sent and received. They are kept with the account's other messages."""

from dataclasses import dataclass
from decimal import Decimal

from ...errors import describe
from ..messaging.content import Content, Price
from ..messaging.message import Message
from .meta_errors import detail_of

_FEE = Decimal("0.004")
PRICES = {
    "MARKETING": Price(_FEE, Decimal("0.025")),
    "UTILITY": Price(_FEE, Decimal("0.004")),
    "AUTHENTICATION": Price(_FEE, Decimal("0.0135")),
    "SERVICE": Price(_FEE, Decimal(0)),
    "RECEIVED": Price(Decimal(0), Decimal(0)),
}
"""Prices by the category of the template; messages without one have the category SERVICE."""


@dataclass(frozen=True, slots=True)
class WhatsappContent(Content):
    category: str = "SERVICE"

    @property
    def type(self) -> str:
        return "WHATSAPP"

    @property
    def price(self) -> Price:
        return PRICES[self.category]


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatsappMessage(Message):
    """`body` is the message as it was sent; `meta_code` is Meta's final error code, if any."""

    body: dict[str, object]
    meta_code: str | None = None

    def errors(self, now: float) -> list[dict[str, object]]:
        if self.meta_code is None or self.completed_at(now) is None:
            return []
        return [describe("41000", detail_of(self.meta_code))]

    def render(self, now: float) -> dict[str, object]:
        # super() without arguments knows no class of dataclass(slots=True).
        return {**Message.render(self, now), "body": self.body}
