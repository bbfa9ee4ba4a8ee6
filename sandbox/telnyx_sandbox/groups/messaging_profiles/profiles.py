"""Messaging profiles, which limit the destinations and the daily spending of senders."""

from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import TypeVar

from ...account import Account
from ...body import Body
from ...clock import iso
from ...errors import SandboxError
from ...pages import numbered
from ...reply import Reply, data
from ...request import Request
from ...routing import Routes

routes = Routes()

T = TypeVar("T")

DAY_SECS = 24 * 60 * 60


_KEPT = {
    "alpha_sender": "text",
    "ai_assistant_id": "text",
    "webhook_api_version": "text",
    "url_shortener_settings": "object",
    "features": "object",
    "mms_fall_back_to_sms": "flag",
    "mms_transcoding": "flag",
    "mobile_only": "flag",
    "smart_encoding": "flag",
}
"""Settings that are shown as they were given and change nothing here."""


@dataclass(slots=True)
class MessagingProfile:
    """`spent` is the cost of the profile's messages, by day since the epoch (UTC)."""

    id: str
    organization_id: str
    name: str
    created_at: float
    updated_at: float
    whitelisted_destinations: list[str]
    enabled: bool = True
    number_pool_settings: dict[str, object] | None = None
    daily_spend_limit: Decimal | None = None
    daily_spend_limit_enabled: bool = False
    webhook_url: str | None = None
    webhook_failover_url: str | None = None
    kept: dict[str, object] = field(default_factory=dict)
    spent: dict[int, Decimal] = field(default_factory=dict)

    def charge(self, amount: Decimal, now: float) -> None:
        day = int(now // DAY_SECS)
        total = self.spent.get(day, Decimal(0)) + amount
        if self.daily_spend_limit_enabled and self.daily_spend_limit is not None and total > self.daily_spend_limit:
            raise SandboxError("40333", f"The profile's limit is {self.daily_spend_limit} USD a day.")
        self.spent = {day: total}

    def change(self, body: Body, now: float) -> None:
        """Set the fields that the body names; keep the rest."""
        if "name" in body:
            self.name = body.required_text("name")
        self.whitelisted_destinations = _or(body.texts("whitelisted_destinations"), self.whitelisted_destinations)
        self.enabled = _or(body.flag("enabled"), self.enabled)
        limited = body.flag("daily_spend_limit_enabled")
        self.daily_spend_limit_enabled = _or(limited, self.daily_spend_limit_enabled)
        if "daily_spend_limit" in body:
            self.daily_spend_limit = _amount(body, "daily_spend_limit")
        if "number_pool_settings" in body:
            self.number_pool_settings = body.fields("number_pool_settings")
        if "webhook_url" in body:
            self.webhook_url = body.text("webhook_url")
        if "webhook_failover_url" in body:
            self.webhook_failover_url = body.text("webhook_failover_url")
        self.kept |= {name: _read(body, name, kind) for name, kind in _KEPT.items() if name in body}
        self.updated_at = now

    def render(self) -> dict[str, object]:
        return {
            "record_type": "messaging_profile",
            "id": self.id,
            "organization_id": self.organization_id,
            "name": self.name,
            "enabled": self.enabled,
            "whitelisted_destinations": self.whitelisted_destinations,
            "number_pool_settings": self.number_pool_settings,
            "daily_spend_limit": None if self.daily_spend_limit is None else str(self.daily_spend_limit),
            "daily_spend_limit_enabled": self.daily_spend_limit_enabled,
            "webhook_url": self.webhook_url,
            "webhook_failover_url": self.webhook_failover_url,
            **{name: False if kind == "flag" else None for name, kind in _KEPT.items()},
            "webhook_api_version": "2",
            **self.kept,
            "v1_secret": f"sandbox-v1-secret-{self.id[:8]}",
            "created_at": iso(self.created_at),
            "updated_at": iso(self.updated_at),
        }


def create(account: Account, name: str, destinations: list[str]) -> MessagingProfile:
    now = account.clock.now()
    profile_id = account.ids.uuid("messaging_profile")
    profile = MessagingProfile(profile_id, account.ids.owner_id, name, now, now, destinations)
    account.collection(MessagingProfile)[profile.id] = profile
    return profile


def seed(account: Account) -> None:
    create(account, "Sandbox profile", ["US", "CA"])


@routes.get("/messaging_profiles")
def list_profiles(request: Request) -> Reply:
    request.query.filters("filter[name]", "filter[name][eq]", "filter[name][contains]")
    exact = request.query.text("filter[name][eq]") or request.query.text("filter[name]")
    part = (request.query.text("filter[name][contains]") or "").lower()
    profiles = [
        profile
        for profile in request.account.collection(MessagingProfile).values()
        if (exact is None or profile.name == exact) and part in profile.name.lower()
    ]
    return numbered(request, profiles, MessagingProfile.render)


@routes.post("/messaging_profiles")
def create_profile(request: Request) -> Reply:
    name = request.body.required_text("name")
    destinations = request.body.texts("whitelisted_destinations")
    if destinations is None:
        raise SandboxError("10004", pointer="/whitelisted_destinations")
    profile = create(request.account, name, destinations)
    profile.change(request.body, profile.created_at)
    return data(profile.render())


@routes.get("/messaging_profiles/{id}")
def get_profile(request: Request) -> Reply:
    return data(request.account.find(MessagingProfile, request.id).render())


@routes.patch("/messaging_profiles/{id}")
def update_profile(request: Request) -> Reply:
    profile = request.account.find(MessagingProfile, request.id)
    profile.change(request.body, request.account.clock.now())
    return data(profile.render())


def _read(body: Body, name: str, kind: str) -> object:
    if kind == "object":
        return body.fields(name)
    return body.flag(name) if kind == "flag" else body.text(name)


def _amount(body: Body, name: str) -> Decimal | None:
    text = body.text(name)
    try:
        amount = None if text is None else Decimal(text)
    except InvalidOperation:
        amount = Decimal("NaN")
    if amount is not None and (not amount.is_finite() or amount < 0):
        raise SandboxError("10015", f"'{name}' must be an amount such as \"25.00\".", pointer=body.pointer(name))
    return amount


def _or(value: T | None, otherwise: T) -> T:
    return otherwise if value is None else value
