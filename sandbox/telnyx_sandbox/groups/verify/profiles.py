"""Verify profiles. Each account starts with one, "Sandbox verification", which sends on every channel.

The request is already validated by the contract, so that a profile stores what the caller sent.
"""

from dataclasses import dataclass
from typing import Any

from ...account import Account
from ...clock import iso
from ...pages import numbered
from ...reply import Reply, data
from ...request import Request
from ...routing import Routes

routes = Routes()

CODE_LENGTH = 5
TIMEOUT_SECS = 300
CHANNELS = ("sms", "call", "flashcall", "whatsapp")
FIELDS = ("name", "language", "daily_spend_limit", "daily_spend_limit_enabled", "webhook_url", "webhook_failover_url")
DEFAULTS: dict[str, object] = {
    "language": "en-US",
    "daily_spend_limit": None,
    "daily_spend_limit_enabled": False,
    "webhook_url": None,
    "webhook_failover_url": None,
}
TEMPLATES = (
    {"id": "0abb5b4f-459f-445a-bfcd-488998b7572d", "text": "Your {{app_name}} verification code is: {{code}}."},
    {"id": "4b8e0a3c-5d0e-4f2b-9a55-1f2c3d4e5f60", "text": "{{code}} is your {{app_name}} code."},
)


@dataclass(slots=True)
class VerifyProfile:
    """`settings` holds the complete settings of each channel, by channel."""

    id: str
    fields: dict[str, object]
    settings: dict[str, dict[str, Any]]
    created_at: float
    updated_at: float

    def change(self, body: dict[str, Any], now: float) -> None:
        """Set the fields that the body names, and the named settings of a channel; keep the rest."""
        self.fields |= {name: body[name] for name in FIELDS if name in body}
        for channel in CHANNELS:
            if channel in body:
                self.settings[channel] = {**_settings(channel), **self.settings.get(channel, {}), **body[channel]}
        self.updated_at = now

    def code_length(self, channel: str) -> int:
        return int(self.settings.get(channel, {}).get("code_length") or CODE_LENGTH)

    def timeout_secs(self, channel: str) -> int:
        return int(self.settings.get(channel, {}).get("default_verification_timeout_secs") or TIMEOUT_SECS)

    def render(self) -> dict[str, object]:
        return {
            "record_type": "verification_profile",
            "id": self.id,
            **self.fields,
            **self.settings,
            "created_at": iso(self.created_at),
            "updated_at": iso(self.updated_at),
        }


def seed(account: Account) -> None:
    _create(account, {"name": "Sandbox verification", **{channel: {} for channel in CHANNELS}})


@routes.post("/verify_profiles")
def create(request: Request) -> Reply:
    request.body.required_text("name")
    return data(_create(request.account, _body(request)).render())


@routes.get("/verify_profiles")
def list_profiles(request: Request) -> Reply:
    wanted = request.query.text("filter[name]")
    profiles = [
        profile
        for profile in request.account.collection(VerifyProfile).values()
        if wanted in (None, profile.fields["name"])
    ]
    return numbered(request, profiles, VerifyProfile.render)


@routes.get("/verify_profiles/templates")
def list_templates(request: Request) -> Reply:
    return Reply({"data": list(TEMPLATES)})


@routes.get("/verify_profiles/{verify_profile_id}")
def get(request: Request) -> Reply:
    return data(_profile(request).render())


@routes.patch("/verify_profiles/{verify_profile_id}")
def update(request: Request) -> Reply:
    profile = _profile(request)
    profile.change(_body(request), request.account.clock.now())
    return data(profile.render())


@routes.delete("/verify_profiles/{verify_profile_id}")
def delete(request: Request) -> Reply:
    profile = _profile(request)
    del request.account.collection(VerifyProfile)[profile.id]
    return data(profile.render())


def _create(account: Account, body: dict[str, Any]) -> VerifyProfile:
    now = account.clock.now()
    profile = VerifyProfile(account.ids.uuid("verify_profile"), dict(DEFAULTS), {}, now, now)
    profile.change(body, now)
    account.collection(VerifyProfile)[profile.id] = profile
    return profile


def _profile(request: Request) -> VerifyProfile:
    return request.account.find(VerifyProfile, request.ids["verify_profile_id"])


def _body(request: Request) -> dict[str, Any]:
    body = request.json
    return body if isinstance(body, dict) else {}


def _settings(channel: str) -> dict[str, object]:
    settings: dict[str, object] = {"default_verification_timeout_secs": TIMEOUT_SECS}
    if channel != "flashcall":
        settings |= {"code_length": CODE_LENGTH, "whitelisted_destinations": ["*"]}
    return settings
