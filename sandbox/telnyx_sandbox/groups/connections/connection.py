"""Connections of every type, in one collection. Each account starts with one Call Control application.

Settings that only one type has are in `settings`, as its resource shows them; settings of all types are fields.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from ...account import Account
from ...clock import iso
from .kinds import CALL_CONTROL, Kind
from .outbound_voice_profile import OutboundVoiceProfile

WEBHOOK_URL = "https://example.com/telnyx-webhooks"


@dataclass(slots=True)
class Connection:
    id: str
    name: str
    record_type: str = CALL_CONTROL.record_type
    active: bool = True
    webhook_event_url: str | None = None
    outbound_voice_profile_id: str | None = None
    created_at: float = 0.0
    updated_at: float = 0.0
    settings: dict[str, object] = field(default_factory=dict)

    def summary(self) -> dict[str, object]:
        """The connection as `/connections` shows it, whatever its type."""
        return {
            "record_type": self.record_type,
            "id": self.id,
            "connection_name": self.name,
            "active": self.active,
            "outbound_voice_profile_id": self.outbound_voice_profile_id,
            "webhook_event_url": self.webhook_event_url,
            "created_at": iso(self.created_at),
            "updated_at": iso(self.updated_at),
        }


class DeletionChecks(tuple[Callable[[Account, Connection], str | None], ...]):
    """Functions that give the reason why a connection cannot be deleted, or None. The first reason is reported."""

    __slots__ = ()


def create(account: Account, kind: Kind, name: str) -> Connection:
    now, connection_id = account.clock.now(), account.ids.snowflake("connection")
    connection = Connection(connection_id, name, kind.record_type, created_at=now, updated_at=now)
    connection.settings = kind.settings()
    account.collection(Connection)[connection.id] = connection
    return connection


def seed(account: Account) -> None:
    """Create a Call Control application that uses the seeded outbound voice profile."""
    connection = create(account, CALL_CONTROL, "Sandbox voice application")
    connection.webhook_event_url = WEBHOOK_URL
    profile_id = next(iter(account.collection(OutboundVoiceProfile)))
    connection.outbound_voice_profile_id = profile_id
    connection.settings["outbound"] = {"channel_limit": None, "outbound_voice_profile_id": profile_id}
