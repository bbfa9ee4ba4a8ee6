"""Outbound voice profiles, which limit where connections may call. Each account starts with one."""

from dataclasses import dataclass, field

from ...account import Account
from ...clock import iso

DEFAULTS: dict[str, object] = {
    "enabled": True,
    "traffic_type": "conversational",
    "service_plan": "global",
    "usage_payment_method": "rate-deck",
    "concurrent_call_limit": None,
    "max_destination_rate": None,
    "daily_spend_limit": None,
    "daily_spend_limit_enabled": False,
    "call_recording": {"call_recording_type": "none"},
    "calling_window": None,
    "billing_group_id": None,
    "tags": [],
    "whitelisted_destinations": ["US", "CA"],
}


@dataclass(slots=True)
class OutboundVoiceProfile:
    """`settings` are as the API shows them."""

    id: str
    name: str
    created_at: float
    updated_at: float
    settings: dict[str, object] = field(default_factory=lambda: dict(DEFAULTS))

    @property
    def enabled(self) -> bool:
        return self.settings["enabled"] is not False

    def allows(self, country: str) -> bool:
        allowed = self.settings["whitelisted_destinations"]
        return isinstance(allowed, list) and country in allowed

    def change(self, body: dict[str, object], now: float) -> None:
        """Set the fields that the body names; keep the rest."""
        self.name = str(body.get("name") or self.name)
        self.settings |= {name: body[name] for name in DEFAULTS if name in body}
        self.updated_at = now

    def render(self, connections_count: int) -> dict[str, object]:
        return {
            "record_type": "outbound_voice_profile",
            "id": self.id,
            "name": self.name,
            "connections_count": connections_count,
            **self.settings,
            "created_at": iso(self.created_at),
            "updated_at": iso(self.updated_at),
        }


def create(account: Account, name: str) -> OutboundVoiceProfile:
    now = account.clock.now()
    profile = OutboundVoiceProfile(account.ids.snowflake("outbound_voice_profile"), name, now, now)
    account.collection(OutboundVoiceProfile)[profile.id] = profile
    return profile


def seed(account: Account) -> None:
    create(account, "Sandbox outbound profile")
