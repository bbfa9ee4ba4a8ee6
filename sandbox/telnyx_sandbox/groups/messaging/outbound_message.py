"""Messages to be sent: finds the sender, checks the destination, and takes the price."""

import re
from collections.abc import Sequence
from decimal import Decimal

from ...account import Account
from ...body import Body
from ...errors import ERRORS, SandboxError
from ...moments import moment_of
from ..inventory.countries import country_of
from ..messaging_profiles.alphanumeric_senders import ALPHANUMERIC, fallback_of
from ..messaging_profiles.optouts import blocks
from ..messaging_profiles.profiles import MessagingProfile
from ..numbers.phone_number import PhoneNumber, numbers_of
from .content import Content
from .message import Message

EARLIEST_SECS, LATEST_SECS = 5 * 60, 5 * 24 * 60 * 60
"""A message can be scheduled this far ahead, at least and at most."""

_E164 = re.compile(r"\+[1-9][0-9]{1,14}")
_SHORT_CODE = re.compile(r"[0-9]{3,8}")
_SCRIPTED = re.compile(r"\+155500(40[0-9]{3})")


def outgoing(account: Account, body: Body, recipient: str, content: Content, starts_at: float) -> Message:
    """The message to one recipient, not yet paid. Raises SandboxError if it is refused."""
    if not _E164.fullmatch(recipient) and not _SHORT_CODE.fullmatch(recipient):
        raise SandboxError("40310", pointer="/to")
    profile, sender = _sender(account, body)
    country = _destination(account, profile, recipient)
    if country in ("US", "CA") and ALPHANUMERIC.fullmatch(sender):
        sender = fallback_of(account, profile.id, sender)
    return Message(
        id=account.ids.uuid("message"),
        organization_id=account.ids.owner_id,
        profile_id=profile.id,
        sender=sender,
        recipient=recipient,
        country=country,
        content=content,
        failure=_scripted_failure(recipient),
        created_at=account.clock.now(),
        starts_at=starts_at,
        webhook_url=body.text("webhook_url") or profile.webhook_url,
        webhook_failover_url=body.text("webhook_failover_url") or profile.webhook_failover_url,
    )


def pay(account: Account, messages: Sequence[Message]) -> None:
    """Take the price of messages of one profile from its daily limit and from the balance."""
    profile = account.find(MessagingProfile, messages[0].profile_id)
    cost = sum((message.content.cost for message in messages), Decimal(0))
    # Funds are checked before the limit is charged, so that a refused message uses up none of the daily limit.
    account.require_funds(cost)
    profile.charge(cost, account.clock.now())
    account.charge(cost)


def start_of(body: Body, now: float) -> float:
    """The moment at which the message leaves the account: now, or `send_at`."""
    send_at = body.text("send_at")
    if send_at is None:
        return now
    start = moment_of(send_at, pointer="/send_at")
    if not EARLIEST_SECS <= start - now <= LATEST_SECS:
        raise SandboxError("10015", "'send_at' must be 5 minutes to 5 days ahead.", pointer="/send_at")
    return start


def _sender(account: Account, body: Body) -> tuple[MessagingProfile, str]:
    """The profile a message is sent on, and the number or name it is sent from."""
    sender, profile_id = body.text("from"), body.text("messaging_profile_id")
    if not sender and not profile_id:
        raise SandboxError("10004", "Give 'from' or 'messaging_profile_id'.", pointer="/from")
    if sender and not ALPHANUMERIC.fullmatch(sender):
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
    if profile.number_pool_settings is not None:
        for number in numbers_of(account):
            if number.messaging_profile_id == profile.id:
                return number.phone_number
    raise SandboxError("40321", pointer="/messaging_profile_id")


def _destination(account: Account, profile: MessagingProfile, recipient: str) -> str:
    """The recipient's country. Raises SandboxError if the profile may not send there."""
    country = country_of(recipient) if recipient.startswith("+") else "US"
    allowed = profile.whitelisted_destinations
    if not allowed:
        raise SandboxError("40331", pointer="/messaging_profile_id")
    if country is None or (country not in allowed and "*" not in allowed):
        raise SandboxError("40309", f"The profile whitelists {', '.join(allowed)} only.", pointer="/to")
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
