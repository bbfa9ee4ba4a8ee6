"""Call Control applications: what calls are dialled from and arrive at. Each account starts with one."""

from dataclasses import dataclass, field

from ...account import Account
from ...body import Body
from ...clock import iso
from ..connections.connection import Connection
from .call import Fields

_DEFAULTS: Fields = {
    "active": True,
    "anchorsite_override": "Latency",
    "call_cost_in_webhooks": False,
    "dtmf_type": "RFC 2833",
    "first_command_timeout": False,
    "first_command_timeout_secs": 30,
    "redact_dtmf_debug_logging": False,
    "tags": [],
    "webhook_api_version": "2",
    "webhook_event_failover_url": None,
    "webhook_timeout_secs": None,
}
_INBOUND: Fields = {
    "channel_limit": None,
    "shaken_stir_enabled": False,
    "sip_subdomain": None,
    "sip_subdomain_receive_settings": "from_anyone",
}


@dataclass(slots=True)
class Application:
    """It shares its id with the `Connection` that phone numbers are on."""

    id: str
    name: str
    webhook_event_url: str
    created_at: float
    updated_at: float
    settings: Fields = field(default_factory=lambda: dict(_DEFAULTS))
    inbound: Fields = field(default_factory=lambda: dict(_INBOUND))
    outbound: Fields = field(default_factory=lambda: {"channel_limit": None, "outbound_voice_profile_id": None})

    @property
    def outbound_voice_profile_id(self) -> str | None:
        profile_id = self.outbound["outbound_voice_profile_id"]
        return str(profile_id) if profile_id else None

    @property
    def active(self) -> bool:
        return bool(self.settings["active"])

    def change(self, body: Body, now: float) -> None:
        """Set what the body names; the rest stays."""
        self.name = body.text("application_name") or self.name
        self.webhook_event_url = body.text("webhook_event_url") or self.webhook_event_url
        self.settings |= {name: body.value(name) for name in _DEFAULTS if name in body}
        self.inbound |= body.fields("inbound") or {}
        self.outbound |= body.fields("outbound") or {}
        self.updated_at = now

    def render(self) -> Fields:
        return {
            "record_type": "call_control_application",
            "id": self.id,
            "application_name": self.name,
            "webhook_event_url": self.webhook_event_url,
            **self.settings,
            "inbound": self.inbound,
            "outbound": self.outbound,
            "created_at": iso(self.created_at),
            "updated_at": iso(self.updated_at),
        }


def create(account: Account, connection: Connection, webhook_event_url: str) -> Application:
    now = account.clock.now()
    application = Application(connection.id, connection.name, webhook_event_url, now, now)
    account.collection(Application)[application.id] = application
    return application


def seed(account: Account) -> None:
    (connection,) = account.collection(Connection).values()
    application = create(account, connection, "https://example.com/telnyx-webhooks")
    application.outbound["outbound_voice_profile_id"] = account.ids.snowflake("outbound_voice_profile")
