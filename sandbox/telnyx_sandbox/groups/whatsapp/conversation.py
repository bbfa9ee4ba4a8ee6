"""Conversation windows: 24 hours from a person's last message in which anything may be sent to them."""

from dataclasses import dataclass, replace

from ...account import Account
from ...clock import iso
from ...reply import Reply, data
from ...request import Request
from ...routing import Routes
from ..messaging.inbound_message import InboundMessage, keep
from ..messaging_profiles.profiles import MessagingProfile
from .business_account import BusinessAccount
from .message import WhatsappContent
from .number import WhatsappNumber
from .numbers import find

routes = Routes()

WINDOW_SECS = 24 * 60 * 60


@dataclass(slots=True)
class Conversation:
    """A window between one of the account's numbers and a person: a phone number or a business-scoped user id."""

    number: str
    person: str
    last_message_at: float

    def is_open(self, now: float) -> bool:
        return now < self.last_message_at + WINDOW_SECS


def conversation(account: Account, number: str, person: str) -> Conversation | None:
    return account.collection(Conversation).get(f"{number} {person}")


def is_open(account: Account, number: str, person: str) -> bool:
    found = conversation(account, number, person)
    return found is not None and found.is_open(account.clock.now())


def open_window(account: Account, number: str, person: str) -> None:
    opened = Conversation(number, person, account.clock.now())
    account.collection(Conversation)[f"{number} {person}"] = opened


def receive(account: Account, person: str, phone_number: str, text: str) -> InboundMessage:
    """A person writes to one of the account's numbers. 404 for a number that is not on WhatsApp."""
    number = account.find(WhatsappNumber, phone_number)
    open_window(account, phone_number, person)
    profile_id = str(number.profile.get("profile_id") or next(iter(account.collection(MessagingProfile)), ""))
    content = WhatsappContent(text, None, (), None, 1, "RECEIVED")
    message = InboundMessage.of(account, person, phone_number, profile_id, content)
    return keep(account, _told(account, number, message))


def _told(account: Account, number: WhatsappNumber, message: InboundMessage) -> InboundMessage:
    """The message with the webhooks of the number's business account, where that has them enabled."""
    business = account.collection(BusinessAccount).get(number.business_id)
    if business is None or not business.settings.get("webhook_enabled") or not business.settings.get("webhook_url"):
        return message
    url, failover = business.settings["webhook_url"], business.settings.get("webhook_failover_url")
    return replace(message, webhook_url=str(url), webhook_failover_url=str(failover) if failover else None)


@routes.get("/whatsapp/phone_numbers/{phone_number}/conversation_window")
def get_window(request: Request) -> Reply:
    number, now = find(request), request.account.clock.now()
    person = request.query.text("destination_number") or ""
    found = conversation(request.account, number.phone_number, person)
    active = found is not None and found.is_open(now)
    return data(
        {
            "window_active": active,
            "window_expires_at": iso(found.last_message_at + WINDOW_SECS) if found and active else None,
            "window_type": "24h" if active else None,
            "last_user_message_at": iso(found.last_message_at) if found else None,
        }
    )
