"""Messages that people send to the account's numbers. They cost nothing here."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Self

from ...account import Account
from ...errors import SandboxError
from ..inventory.countries import country_of
from ..messaging_profiles.optouts import opt_in, opt_out
from ..messaging_profiles.profiles import MessagingProfile
from ..numbers.phone_number import numbers_of
from .content import Content, Price
from .message import Message
from .segments import segment

STOP_WORDS = ("STOP", "STOPALL", "STOP ALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT")
START_WORDS = ("START", "UNSTOP")


@dataclass(frozen=True, slots=True)
class ReceivedSms(Content):
    @property
    def price(self) -> Price:
        return Price(Decimal(0), Decimal(0))


@dataclass(frozen=True, slots=True)
class InboundMessage(Message):
    """`sender` is the person, `recipient` the account's number."""

    @classmethod
    def of(cls, account: Account, person: str, number: str, profile_id: str, content: Content) -> Self:
        now = account.clock.now()
        profile = account.collection(MessagingProfile).get(profile_id)
        return cls(
            id=account.ids.uuid("inbound_message"),
            organization_id=account.ids.owner_id,
            profile_id=profile_id,
            sender=person,
            recipient=number,
            country=country_of(number) or "US",
            content=content,
            failure=None,
            created_at=now,
            starts_at=now,
            webhook_url=profile.webhook_url if profile else None,
            webhook_failover_url=profile.webhook_failover_url if profile else None,
        )

    @property
    def direction(self) -> str:
        return "inbound"

    def status(self, now: float) -> str:
        return "received"


def keep(account: Account, message: InboundMessage) -> InboundMessage:
    account.collection(Message)[message.id] = message
    return message


def receive_sms(account: Account, person: str, phone_number: str, text: str) -> InboundMessage:
    """Receive a text from a person to one of the account's numbers; STOP and START take effect. 404 for any other
    number."""
    number = next((one for one in numbers_of(account) if one.phone_number == phone_number), None)
    if number is None:
        raise SandboxError("10005")
    profile_id = number.messaging_profile_id or next(iter(account.collection(MessagingProfile)), "")
    word = _word(text)
    if word in STOP_WORDS:
        opt_out(account, profile_id, phone_number, person, word)
    elif word in START_WORDS:
        opt_in(account, profile_id, person)
    segmentation = segment(text, force_ucs2=False)
    content = ReceivedSms(text, None, (), segmentation.encoding, segmentation.parts)
    return keep(account, InboundMessage.of(account, person, phone_number, profile_id, content))


def is_keyword(text: str) -> bool:
    """True if the text is a STOP or START, which nobody answers."""
    return _word(text) in (*STOP_WORDS, *START_WORDS)


def _word(text: str) -> str:
    return text.strip().upper()
