"""A message and its states: queued, sending, sent, delivered or failed, depending only on the clock."""

from dataclasses import dataclass

from ...clock import iso
from ...errors import describe
from .content import Content

SENDING_AFTER_SECS = 0.2
SENT_AFTER_SECS = 0.5
FINAL_AFTER_SECS = 1.0

REFUSED_BY_CARRIER = ("40010", "40013", "40014", "40015", "40329", "40330")


@dataclass(frozen=True, slots=True)
class Message:
    """`starts_at` is when it leaves the account: at once, or at `send_at`.

    `failure` is the code it ends with: refused when it is handed to the carrier, or lost after that.
    """

    id: str
    organization_id: str
    profile_id: str
    sender: str
    recipient: str
    country: str
    content: Content
    failure: str | None
    created_at: float
    starts_at: float
    webhook_url: str | None
    webhook_failover_url: str | None
    cancelled_at: float | None = None

    @property
    def direction(self) -> str:
        return "outbound"

    @property
    def refused(self) -> bool:
        return self.failure in REFUSED_BY_CARRIER

    def status(self, now: float) -> str:
        if self.cancelled_at is not None:
            return "cancelled"
        age = now - self.starts_at
        if age < 0:
            return "scheduled"
        if age < SENDING_AFTER_SECS:
            return "queued"
        if age < SENT_AFTER_SECS:
            return "sending"
        if self.refused:
            return "sending_failed"
        if age < FINAL_AFTER_SECS:
            return "sent"
        return "delivered" if self.failure is None else "delivery_failed"

    def sent_at(self, now: float) -> float | None:
        """The moment at which the carrier took the message, or None."""
        moment = self.starts_at + SENT_AFTER_SECS
        return None if self.refused or self.cancelled_at is not None or now < moment else moment

    def completed_at(self, now: float) -> float | None:
        """The moment at which the message reached its last status, or None."""
        if self.cancelled_at is not None:
            return self.cancelled_at
        moment = self.starts_at + (SENT_AFTER_SECS if self.refused else FINAL_AFTER_SECS)
        return None if now < moment else moment

    def errors(self, now: float) -> list[dict[str, object]]:
        if self.failure is None or self.cancelled_at is not None or self.completed_at(now) is None:
            return []
        return [describe(self.failure)]

    def render(self, now: float) -> dict[str, object]:
        sent_at, completed_at = self.sent_at(now), self.completed_at(now)
        return {
            "record_type": "message",
            "id": self.id,
            "direction": self.direction,
            "type": self.content.type,
            "organization_id": self.organization_id,
            "messaging_profile_id": self.profile_id,
            "from": {"phone_number": self.sender, "carrier": "Telnyx", "line_type": "Wireless"},
            "to": [self.render_recipient(now)],
            "cc": [],
            "subject": self.content.subject,
            "text": self.content.text,
            "media": [{"url": url} for url in self.content.media_urls],
            "encoding": self.content.encoding,
            "num_chars": len(self.content.text),
            "parts": self.content.parts,
            **self.content.render_cost(),
            "errors": self.errors(now),
            "tags": [],
            "webhook_url": self.webhook_url,
            "webhook_failover_url": self.webhook_failover_url,
            "valid_until": None,
            "received_at": iso(self.created_at),
            "sent_at": None if sent_at is None else iso(sent_at),
            "completed_at": None if completed_at is None else iso(completed_at),
        }

    def render_recipient(self, now: float) -> dict[str, object]:
        return {
            "phone_number": self.recipient,
            "status": self.status(now),
            "carrier": "Sandbox Mobile",
            "line_type": "Wireless",
        }
