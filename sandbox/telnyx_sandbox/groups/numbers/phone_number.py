"""A phone number that an account owns."""

from collections.abc import Collection
from dataclasses import dataclass, field

from ...account import Account
from ...clock import iso
from ..connections.connection import Connection
from ..inventory.blocks import Block, block_of
from ..messaging_profiles.profiles import MessagingProfile
from .emergency import Emergency
from .voice_settings import VoiceSettings

ACTIVE_AFTER_SECS = 1.0
FIRST_NUMBER = "+12025550101"


@dataclass(slots=True)
class PhoneNumber:
    """`active_at` is the moment it leaves purchase-pending, infinity while requirements are missing."""

    id: str
    phone_number: str
    block: Block
    purchased_at: float
    active_at: float
    updated_at: float
    connection_id: str | None = None
    messaging_profile_id: str | None = None
    messaging_product: str = "A2P"
    billing_group_id: str | None = None
    customer_reference: str | None = None
    external_pin: str | None = None
    address_id: str | None = None
    hd_voice_enabled: bool = False
    deletion_lock_enabled: bool = False
    emergency: Emergency = field(default_factory=Emergency)
    tags: list[str] = field(default_factory=list)
    voice: VoiceSettings = field(default_factory=VoiceSettings)

    def status(self, now: float) -> str:
        return "active" if now >= self.active_at else "purchase-pending"


def numbers_of(account: Account) -> Collection[PhoneNumber]:
    return account.collection(PhoneNumber).values()


def own(account: Account, number: str, block: Block, *, pending_secs: float = ACTIVE_AFTER_SECS) -> PhoneNumber:
    """Put a number into the account, on no connection and no profile."""
    now = account.clock.now()
    owned = PhoneNumber(account.ids.snowflake("phone_number"), number, block, now, now + pending_secs, now)
    account.collection(PhoneNumber)[owned.id] = owned
    return owned


def seed(account: Account) -> None:
    block = block_of(FIRST_NUMBER)
    if block is None:
        raise LookupError(f"{FIRST_NUMBER} is in no block of the inventory")
    number = own(account, FIRST_NUMBER, block, pending_secs=0.0)
    number.connection_id = next(iter(account.collection(Connection)))
    number.messaging_profile_id = next(iter(account.collection(MessagingProfile)))


def render(account: Account, number: PhoneNumber) -> dict[str, object]:
    now = account.clock.now()
    connection = account.collection(Connection).get(number.connection_id or "")
    profile = account.collection(MessagingProfile).get(number.messaging_profile_id or "")
    status = number.status(now)
    return {
        "record_type": "phone_number",
        "id": number.id,
        "phone_number": number.phone_number,
        "phone_number_type": number.block.kind,
        "country_iso_alpha2": number.block.country,
        "status": status,
        "source_type": "number_order",
        "tags": number.tags,
        "connection_id": number.connection_id,
        "connection_name": connection.name if connection else None,
        "messaging_profile_id": number.messaging_profile_id,
        "messaging_profile_name": profile.name if profile else None,
        "messaging_campaign_id": None,
        "billing_group_id": number.billing_group_id,
        "customer_reference": number.customer_reference,
        "external_pin": number.external_pin,
        "hd_voice_enabled": number.hd_voice_enabled,
        **number.emergency.render(now),
        "deletion_lock_enabled": number.deletion_lock_enabled,
        **number.voice.summary(),
        "created_at": iso(number.purchased_at),
        "purchased_at": iso(number.purchased_at),
        "activated_at": iso(number.active_at) if status == "active" else None,
        "updated_at": iso(number.updated_at),
    }


def blocks_deletion(account: Account, connection: Connection) -> str | None:
    on_it = any(number.connection_id == connection.id for number in numbers_of(account))
    return "Phone numbers are on this connection." if on_it else None
