"""The voice settings of a phone number."""

import re
from dataclasses import dataclass, field

from ...body import Body
from ...errors import SandboxError

_E164 = re.compile(r"\+[1-9][0-9]{1,14}")


def _forwarding() -> dict[str, object]:
    return {"call_forwarding_enabled": True, "forwards_to": "", "forwarding_type": None}


def _recording() -> dict[str, object]:
    return {
        "inbound_call_recording_enabled": False,
        "inbound_call_recording_format": "wav",
        "inbound_call_recording_channels": "single",
    }


def _listing() -> dict[str, object]:
    return {"cnam_listing_enabled": False, "cnam_listing_details": ""}


def _media() -> dict[str, object]:
    return {
        "rtp_auto_adjust_enabled": True,
        "accept_any_rtp_packets_enabled": False,
        "t38_fax_gateway_enabled": False,
    }


@dataclass(slots=True)
class VoiceSettings:
    """A change sets the named fields and, inside an object, the named keys; the rest stays."""

    tech_prefix_enabled: bool = False
    translated_number: str = ""
    usage_payment_method: str = "pay-per-minute"
    inbound_call_screening: str = "disabled"
    caller_id_name_enabled: bool = False
    call_forwarding: dict[str, object] = field(default_factory=_forwarding)
    call_recording: dict[str, object] = field(default_factory=_recording)
    cnam_listing: dict[str, object] = field(default_factory=_listing)
    media_features: dict[str, object] = field(default_factory=_media)

    def change(self, body: Body) -> None:
        changes: dict[str, object] = {
            "tech_prefix_enabled": body.flag("tech_prefix_enabled"),
            "translated_number": body.text("translated_number"),
            "usage_payment_method": body.choice("usage_payment_method", ("pay-per-minute", "channel")),
            "inbound_call_screening": body.choice("inbound_call_screening", ("disabled", "reject_calls", "flag_calls")),
            "caller_id_name_enabled": body.flag("caller_id_name_enabled"),
            "call_forwarding": self._merged(self.call_forwarding, _forwarding_changes(body)),
            "call_recording": self._merged(self.call_recording, _recording_changes(body)),
            "cnam_listing": self._merged(self.cnam_listing, _listing_changes(body)),
            "media_features": self._merged(self.media_features, _media_changes(body)),
        }
        for name, value in changes.items():
            if value is not None:
                setattr(self, name, value)

    @staticmethod
    def _merged(current: dict[str, object], changes: dict[str, object]) -> dict[str, object]:
        return {name: current[name] if changes.get(name) is None else changes[name] for name in current}

    def summary(self) -> dict[str, object]:
        """The settings that the number's own resource shows."""
        return {
            "call_forwarding_enabled": self.call_forwarding["call_forwarding_enabled"],
            "call_recording_enabled": self.call_recording["inbound_call_recording_enabled"],
            "caller_id_name_enabled": self.caller_id_name_enabled,
            "cnam_listing_enabled": self.cnam_listing["cnam_listing_enabled"],
            "inbound_call_screening": self.inbound_call_screening,
            "t38_fax_gateway_enabled": self.media_features["t38_fax_gateway_enabled"],
        }

    def render(self) -> dict[str, object]:
        return {
            "tech_prefix_enabled": self.tech_prefix_enabled,
            "translated_number": self.translated_number,
            "usage_payment_method": self.usage_payment_method,
            "inbound_call_screening": self.inbound_call_screening,
            "caller_id_name_enabled": self.caller_id_name_enabled,
            "call_forwarding": self.call_forwarding,
            "call_recording": self.call_recording,
            "cnam_listing": self.cnam_listing,
            "media_features": self.media_features,
        }


def _forwarding_changes(body: Body) -> dict[str, object]:
    fields = body.object("call_forwarding") or Body({})
    forwards_to = fields.text("forwards_to")
    if forwards_to and not _E164.fullmatch(forwards_to):
        raise SandboxError("10016", pointer=fields.pointer("forwards_to"))
    return {
        "call_forwarding_enabled": fields.flag("call_forwarding_enabled"),
        "forwards_to": forwards_to,
        "forwarding_type": fields.choice("forwarding_type", ("always", "on-failure")),
    }


def _recording_changes(body: Body) -> dict[str, object]:
    fields = body.object("call_recording") or Body({})
    return {
        "inbound_call_recording_enabled": fields.flag("inbound_call_recording_enabled"),
        "inbound_call_recording_format": fields.choice("inbound_call_recording_format", ("wav", "mp3")),
        "inbound_call_recording_channels": fields.choice("inbound_call_recording_channels", ("single", "dual")),
    }


def _listing_changes(body: Body) -> dict[str, object]:
    fields = body.object("cnam_listing") or Body({})
    details = fields.text("cnam_listing_details")
    if details and not re.fullmatch(r"[A-Za-z0-9 ]{1,15}", details):
        detail = "Use up to 15 letters, digits and spaces."
        raise SandboxError("10015", detail, pointer=fields.pointer("cnam_listing_details"))
    return {"cnam_listing_enabled": fields.flag("cnam_listing_enabled"), "cnam_listing_details": details}


def _media_changes(body: Body) -> dict[str, object]:
    fields = body.object("media_features") or Body({})
    return {name: fields.flag(name) for name in _media()}
