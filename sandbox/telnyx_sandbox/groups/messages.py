"""Sending messages.

A message to `+155500` and a five-digit code of `errors.ERRORS` ends with that error: `+15550040010` is taken and
then fails with 40010 (all 400xx codes, 40329 and 40330 do so); `+15550040333` is refused at once (as the other
403xx are). Every other number gets its message within a second. Prices per part: SMS 0.004 USD and 0.003 for the
carrier, MMS 0.015 and 0.010.
"""

import re
from datetime import UTC, datetime

from ..account import Account
from ..body import Body
from ..errors import ERRORS, SandboxError
from ..reply import Reply, data
from ..request import Request
from ..routing import Routes
from .content import read_content
from .countries import country_of
from .message import Message
from .messaging_profiles import MessagingProfile
from .optouts import blocks
from .phone_number import PhoneNumber, numbers_of

routes = Routes()

KEPT_MESSAGES = 10_000

_E164 = re.compile(r"\+[1-9][0-9]{1,14}")
_SHORT_CODE = re.compile(r"[0-9]{3,8}")
_ALPHANUMERIC = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}")
_SCRIPTED = re.compile(r"\+155500(40[0-9]{3})")


@routes.post("/messages", takes_idempotency_key=True)
def send(request: Request) -> Reply:
    account, body, now = request.account, request.body, request.account.clock.now()
    recipient = body.required_text("to")
    if not _E164.fullmatch(recipient) and not _SHORT_CODE.fullmatch(recipient):
        raise SandboxError("40310", pointer="/to")
    content = read_content(body)
    profile, sender = _sender(account, body)
    country = _destination(account, profile, sender, recipient)
    failure = _scripted_failure(recipient)
    starts_at = _start(body, now)
    account.require_funds(content.cost)
    profile.charge(content.cost, now)
    account.charge(content.cost)
    message = Message(
        id=account.ids.uuid("message"),
        organization_id=account.ids.owner_id,
        profile_id=profile.id,
        sender=sender,
        recipient=recipient,
        country=country,
        content=content,
        failure=failure,
        created_at=now,
        starts_at=starts_at,
        webhook_url=body.text("webhook_url") or profile.webhook_url,
        webhook_failover_url=body.text("webhook_failover_url") or profile.webhook_failover_url,
    )
    _keep(account, message)
    return data(message.render(now))


@routes.get("/messages/{id}")
def get(request: Request) -> Reply:
    message = request.account.find(Message, request.id)
    return data(message.render(request.account.clock.now()))


def _sender(account: Account, body: Body) -> tuple[MessagingProfile, str]:
    """The profile a message is sent on, and the number or name it is sent from."""
    sender, profile_id = body.text("from"), body.text("messaging_profile_id")
    if not sender and not profile_id:
        raise SandboxError("10004", "Give 'from' or 'messaging_profile_id'.", pointer="/from")
    if sender and not _ALPHANUMERIC.fullmatch(sender):
        profile_id = _profile_of(_owned(account, sender), profile_id)
    elif not profile_id:
        detail = "An alphanumeric sender needs 'messaging_profile_id'."
        raise SandboxError("10004", detail, pointer="/messaging_profile_id")
    profile = account.collection(MessagingProfile).get(profile_id)
    if profile is None:
        raise SandboxError("10017", "No such messaging profile.", pointer="/messaging_profile_id")
    if not profile.enabled:
        raise SandboxError("40312", pointer="/messaging_profile_id")
    return profile, sender or _from_pool(account, profile)


def _owned(account: Account, sender: str) -> PhoneNumber:
    for number in numbers_of(account):
        if number.phone_number == sender:
            return number
    raise SandboxError("40305", pointer="/from")


def _profile_of(number: PhoneNumber, profile_id: str | None) -> str:
    if number.messaging_profile_id is None:
        raise SandboxError("40100", pointer="/from")
    if profile_id not in (None, number.messaging_profile_id):
        raise SandboxError("40305", pointer="/from")
    return number.messaging_profile_id


def _from_pool(account: Account, profile: MessagingProfile) -> str:
    if profile.number_pool:
        for number in numbers_of(account):
            if number.messaging_profile_id == profile.id:
                return number.phone_number
    raise SandboxError("40321", pointer="/messaging_profile_id")


def _destination(account: Account, profile: MessagingProfile, sender: str, recipient: str) -> str:
    """The recipient's country, once it is sure that the profile may send there."""
    country = country_of(recipient) if recipient.startswith("+") else "US"
    allowed = profile.whitelisted_destinations
    if not allowed:
        raise SandboxError("40331", pointer="/messaging_profile_id")
    if country is None or (country not in allowed and "*" not in allowed):
        raise SandboxError("40309", f"The profile whitelists {', '.join(allowed)} only.", pointer="/to")
    if country in ("US", "CA") and _ALPHANUMERIC.fullmatch(sender):
        raise SandboxError("40301", pointer="/from")
    if blocks(account, profile.id, recipient):
        raise SandboxError("40300", pointer="/to")
    return country


def _scripted_failure(recipient: str) -> str | None:
    scripted = _SCRIPTED.fullmatch(recipient)
    if scripted is None or scripted[1] not in ERRORS:
        return None
    code = scripted[1]
    if code.startswith("400") or code in ("40329", "40330"):
        return code
    raise SandboxError(code)


def _start(body: Body, now: float) -> float:
    send_at = body.text("send_at")
    if send_at is None:
        return now
    try:
        moment = datetime.fromisoformat(send_at)
    except ValueError:
        raise SandboxError("10015", "'send_at' must be an ISO 8601 date-time.", pointer="/send_at") from None
    return max(now, (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())


def _keep(account: Account, message: Message) -> None:
    messages = account.collection(Message)
    messages[message.id] = message
    if len(messages) > KEPT_MESSAGES:
        del messages[next(iter(messages))]
