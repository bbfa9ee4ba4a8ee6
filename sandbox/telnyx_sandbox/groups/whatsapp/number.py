"""A phone number on WhatsApp."""

from dataclasses import dataclass, field

from ...account import Account
from ...clock import iso
from ...errors import SandboxError


@dataclass(slots=True)
class WhatsappNumber:
    """The verification code is the number's last six digits; an unverified number sends nothing."""

    phone_number: str
    business_id: str
    id: str
    created_at: float
    updated_at: float
    verified: bool = False
    calling_enabled: bool = False
    calling_connection_id: str | None = None
    photo: bytes | None = None
    profile: dict[str, object] = field(default_factory=dict)
    components: dict[str, object] = field(default_factory=dict)

    @property
    def code(self) -> str:
        return self.phone_number[-6:]

    def render(self) -> dict[str, object]:
        return {
            "record_type": "whatsapp_phone_number",
            "phone_number": self.phone_number,
            "phone_number_id": self.id,
            "waba_id": self.business_id,
            "display_name": self.profile.get("display_name"),
            "enabled": self.verified,
            "status": "CONNECTED" if self.verified else "PENDING",
            "quality_rating": "GREEN" if self.verified else "UNKNOWN",
            "calling_enabled": self.calling_enabled,
            "is_on_biz_app": False,
            "created_at": iso(self.created_at),
        }


def numbers_of(account: Account, business_id: str) -> list[WhatsappNumber]:
    return [one for one in account.collection(WhatsappNumber).values() if one.business_id == business_id]


def add(account: Account, phone_number: str, business_id: str, display_name: str) -> WhatsappNumber:
    """Put a number on WhatsApp, still to be verified."""
    owned = account.collection(WhatsappNumber)
    if phone_number in owned:
        raise SandboxError("10027", "The number is on WhatsApp already.", pointer="/phone_number")
    now = account.clock.now()
    number = WhatsappNumber(phone_number, business_id, account.ids.snowflake("whatsapp_number"), now, now)
    number.profile["display_name"] = display_name
    owned[phone_number] = number
    return number
