"""Messages on WhatsApp, sent and received. They are kept with the account's other messages."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Self

from ...account import Account
from ...errors import describe
from ..content import Content, Price
from ..countries import country_of
from ..message import Message
from ..messaging_profiles import MessagingProfile
from .meta_errors import detail_of

_FEE = Decimal("0.004")
PRICES = {
    "MARKETING": Price(_FEE, Decimal("0.025")),
    "UTILITY": Price(_FEE, Decimal("0.004")),
    "AUTHENTICATION": Price(_FEE, Decimal("0.0135")),
    "SERVICE": Price(_FEE, Decimal(0)),
    "RECEIVED": Price(Decimal(0), Decimal(0)),
}
"""By the category of the template; what is sent without one is of the category SERVICE."""


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
    """`body` is the message as it was sent; `meta_code` is what Meta says of it in the end."""

    body: dict[str, object]
    meta_code: str | None = None

    def errors(self, now: float) -> list[dict[str, object]]:
        if self.meta_code is None or self.completed_at(now) is None:
            return []
        return [describe("41000", detail_of(self.meta_code))]

    def render(self, now: float) -> dict[str, object]:
        # super() without arguments knows no class of dataclass(slots=True).
        return {**Message.render(self, now), "body": self.body}


@dataclass(frozen=True, slots=True)
class InboundWhatsapp(Message):
    @classmethod
    def of(cls, account: Account, person: str, number: str, text: str) -> Self:
        now = account.clock.now()
        return cls(
            id=account.ids.uuid("inbound_message"),
            organization_id=account.ids.owner_id,
            profile_id=next(iter(account.collection(MessagingProfile)), ""),
            sender=person,
            recipient=number,
            country=country_of(number) or "US",
            content=WhatsappContent(text, None, (), None, 1, "RECEIVED"),
            failure=None,
            created_at=now,
            starts_at=now,
            webhook_url=None,
            webhook_failover_url=None,
        )

    @property
    def direction(self) -> str:
        return "inbound"

    def status(self, now: float) -> str:
        return "received"
