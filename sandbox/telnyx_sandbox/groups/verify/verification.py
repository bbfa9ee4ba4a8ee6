"""A verification and its states: pending, until the right code is given or the time is over."""

from dataclasses import dataclass
from decimal import Decimal

from ...account import money
from ...clock import iso

PRICES = {
    "sms": Decimal("0.037"),
    "call": Decimal("0.042"),
    "flashcall": Decimal("0.035"),
    "whatsapp": Decimal("0.036"),
}
"""In USD by channel, charged when a verification starts."""


@dataclass(slots=True)
class Verification:
    id: str
    channel: str
    phone_number: str
    country: str | None
    profile_id: str
    code: str
    custom_code: str | None
    timeout_secs: int
    created_at: float
    accepted_at: float | None = None

    @property
    def cost(self) -> Decimal:
        return PRICES[self.channel]

    def status(self, now: float) -> str:
        if self.accepted_at is not None:
            return "accepted"
        return "pending" if now < self.created_at + self.timeout_secs else "expired"

    def check(self, code: str, now: float) -> bool:
        """True if the code is right, in time, and used for the first time."""
        accepted = self.status(now) == "pending" and code == self.code
        if accepted:
            self.accepted_at = now
        return accepted

    def render(self, now: float) -> dict[str, object]:
        return {
            "record_type": "verification",
            "id": self.id,
            "type": self.channel,
            "phone_number": self.phone_number,
            "verify_profile_id": self.profile_id,
            "custom_code": self.custom_code,
            "timeout_secs": self.timeout_secs,
            "status": self.status(now),
            "created_at": iso(self.created_at),
            "updated_at": iso(self.accepted_at or self.created_at),
        }

    def record(self, now: float) -> dict[str, object]:
        """The verification's detail record."""
        return {
            "record_type": "verify",
            "id": self.id,
            "destination_phone_number": self.phone_number,
            "verify_profile_id": self.profile_id,
            "verify_channel_type": self.channel,
            "verification_status": self.status(now),
            "delivery_status": "delivered",
            "verify_usage_fee": money(self.cost),
            "rate": money(self.cost),
            "rate_measured_in": "verification",
            "currency": "USD",
            "created_at": iso(self.created_at),
            "updated_at": iso(self.accepted_at or self.created_at),
        }
