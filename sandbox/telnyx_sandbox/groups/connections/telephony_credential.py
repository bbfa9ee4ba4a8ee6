"""Telephony credentials: SIP user names and passwords for one device each, made by Telnyx."""

from dataclasses import dataclass

from ...clock import iso
from ...moments import moment_of


@dataclass(slots=True)
class TelephonyCredential:
    id: str
    connection_id: str
    user_id: str
    sip_username: str
    sip_password: str
    created_at: float
    updated_at: float
    name: str = ""
    tag: str | None = None
    expires_at: str | None = None

    def change(self, body: dict[str, object], now: float) -> None:
        """Set the fields that the body names; keep the rest."""
        self.connection_id = str(body.get("connection_id") or self.connection_id)
        self.name = str(body.get("name", self.name) or "")
        self.tag = _text(body.get("tag", self.tag))
        self.expires_at = _text(body.get("expires_at", self.expires_at))
        self.updated_at = now

    def expired(self, now: float) -> bool:
        return self.expires_at is not None and moment_of(self.expires_at) <= now

    def render(self, now: float) -> dict[str, object]:
        return {
            "record_type": "credential",
            "id": self.id,
            "resource_id": f"connection:{self.connection_id}",
            "user_id": self.user_id,
            "name": self.name,
            "sip_username": self.sip_username,
            "sip_password": self.sip_password,
            "expired": self.expired(now),
            "expires_at": self.expires_at,
            "created_at": iso(self.created_at),
            "updated_at": iso(self.updated_at),
        }


def _text(value: object) -> str | None:
    return str(value) if value else None
