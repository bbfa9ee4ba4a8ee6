"""Outgoing calls: checks caller, destination, connection and balance, and dials."""

import re
from collections.abc import Sequence
from decimal import Decimal

from ...account import Account
from ...errors import ERRORS, SandboxError
from ..connections.connection import Connection
from ..connections.kinds import Kind
from ..connections.outbound_voice_profile import OutboundVoiceProfile
from ..inventory.countries import country_of
from ..numbers.phone_number import PhoneNumber, numbers_of
from .call import DEFAULT_TIME_LIMIT_SECS, DEFAULT_TIMEOUT_SECS, Call, Ending, Fields
from .calls import end, place
from .costs import rate_to

E164 = re.compile(r"\+[1-9][0-9]{1,14}")
SIP_URI = re.compile(r"sips?:[^@\s]+@[^@\s]+")
_REFUSED = re.compile(r"\+155500(900[0-9]{2}|10010)")


def dial(
    account: Account,
    *,
    connection_id: str,
    sender: str,
    recipients: Sequence[str],
    product: str = "call_control",
    timeout_secs: int = DEFAULT_TIMEOUT_SECS,
    time_limit_secs: int = DEFAULT_TIME_LIMIT_SECS,
    client_state: str | None = None,
    session_id: str | None = None,
    settings: Fields | None = None,
) -> list[Call]:
    """Ring all recipients at once; the first that answers has the call. Raises SandboxError if the call is refused."""
    profile = require_connection(account, connection_id)
    require_sender(account, sender)
    addresses = [_address(each, profile) for each in recipients]
    if not addresses:
        raise SandboxError("10004", "'to' is required.", pointer="/to")
    account.require_funds(sum((rate_to(each) for each in addresses), Decimal(0)))
    calls: list[Call] = []
    for address in addresses:
        call = place(
            account,
            connection_id=connection_id,
            sender=sender,
            recipient=address,
            product=product,
            timeout_secs=timeout_secs,
            time_limit_secs=time_limit_secs,
            client_state=client_state,
            session_id=session_id or (calls[0].session_id if calls else None),
            settings=settings,
        )
        calls.append(call)
    for call in calls:
        call.rivals = [rival for rival in calls if rival is not call]
    return calls


def require_connection(account: Account, connection_id: str) -> OutboundVoiceProfile:
    """The outbound voice profile of the connection. Raises SandboxError if it cannot place calls."""
    connection = account.collection(Connection).get(connection_id)
    if connection is None:
        detail = "There is no such Call Control application (connection_id)."
        raise SandboxError("10015", detail, pointer="/connection_id")
    if not connection.active:
        raise SandboxError("10010", "D10: the application is not active.", pointer="/connection_id")
    profile = account.collection(OutboundVoiceProfile).get(connection.outbound_voice_profile_id or "")
    if profile is None:
        raise SandboxError("10010", "D38: the application has no outbound voice profile.", pointer="/connection_id")
    if not profile.enabled:
        raise SandboxError("10010", "The outbound voice profile is disabled.", pointer="/connection_id")
    return profile


def require_kind(account: Account, connection_id: str, kind: Kind) -> None:
    """Raises SandboxError if the connection belongs to another API: calls do not go through it."""
    connection = account.collection(Connection).get(connection_id)
    if connection is not None and connection.record_type != kind.record_type:
        detail = f"connection_id is no {kind.record_type.replace('_', ' ')}."
        raise SandboxError("10015", detail, pointer="/connection_id")


def require_sender(account: Account, sender: str) -> PhoneNumber:
    """The account's number that calls. Raises SandboxError if it has no such active number."""
    if not E164.fullmatch(sender):
        raise SandboxError("10016", pointer="/from")
    now = account.clock.now()
    for number in numbers_of(account):
        if number.phone_number == sender and number.status(now) == "active":
            return number
    raise SandboxError("10010", "D51: 'from' is no active number of this account.", pointer="/from")


def _address(recipient: str, profile: OutboundVoiceProfile) -> str:
    """The number or SIP URI without the digits to be dialled after it."""
    address = recipient.partition(",")[0]
    if not E164.fullmatch(address) and not SIP_URI.fullmatch(address):
        raise SandboxError("10016", "'to' takes a number in +E.164 format or a SIP URI.", pointer="/to")
    refused = _REFUSED.fullmatch(address)
    if refused and refused[1] in ERRORS:
        detail = "D13: the destination is not allowed." if refused[1] == "10010" else None
        raise SandboxError(refused[1], detail, pointer="/to")
    country = country_of(address) if address.startswith("+") else None
    if country is not None and not profile.allows(country):
        raise SandboxError("10010", "D13: the outbound voice profile does not allow this country.", pointer="/to")
    return address


def cancel_rivals(account: Account, call: Call, moment: float) -> None:
    for rival in call.rivals:
        if rival.answered_at is None:
            end(account, rival, moment, Ending("originator_cancel", "caller", "487"))
