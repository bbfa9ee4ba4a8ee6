"""The types of connections, each with its path in the API and its initial settings."""

from copy import deepcopy
from dataclasses import dataclass, field

Settings = dict[str, object]

_WEBHOOKS: Settings = {"webhook_api_version": "1", "webhook_event_failover_url": None, "webhook_timeout_secs": None}
_OUTBOUND: Settings = {"channel_limit": None, "outbound_voice_profile_id": None}
_SIP_OUTBOUND: Settings = {
    **_OUTBOUND,
    "ani_override": "",
    "ani_override_type": "always",
    "generate_ringback_tone": False,
    "instant_ringback_enabled": False,
    "localization": "US",
    "t38_reinvite_source": "customer",
}
_SIP_INBOUND: Settings = {
    "ani_number_format": "E.164",
    "channel_limit": None,
    "codecs": ["G722", "G711U", "G711A", "G729", "OPUS", "H.264"],
    "dnis_number_format": "e164",
    "generate_ringback_tone": False,
    "isup_headers_enabled": False,
    "prack_enabled": False,
    "shaken_stir_enabled": False,
    "sip_compact_headers_enabled": True,
    "timeout_1xx_secs": 3,
    "timeout_2xx_secs": 90,
}
_SIP: Settings = {
    **_WEBHOOKS,
    "anchorsite_override": "Latency",
    "call_cost_in_webhooks": False,
    "default_on_hold_comfort_noise_enabled": False,
    "dtmf_type": "RFC 2833",
    "encode_contact_header_enabled": False,
    "encrypted_media": None,
    "onnet_t38_passthrough_enabled": False,
    "rtcp_settings": {"capture_enabled": False, "port": "rtp+1", "report_frequency_secs": 5},
    "tags": [],
    "inbound": _SIP_INBOUND,
    "outbound": _SIP_OUTBOUND,
}
_SUBDOMAIN: Settings = {"sip_subdomain": None, "sip_subdomain_receive_settings": "from_anyone"}
_ROUTED: Settings = {**_SIP_INBOUND, **_SUBDOMAIN, "sip_region": "US"}
_CALLS: Settings = {
    "anchorsite_override": "Latency",
    "call_cost_in_webhooks": False,
    "dtmf_type": "RFC 2833",
    "first_command_timeout": False,
    "first_command_timeout_secs": 30,
    "inbound": {"channel_limit": None, "shaken_stir_enabled": False, **_SUBDOMAIN},
    "outbound": _OUTBOUND,
    "tags": [],
}
_SMALL: Settings = {**_WEBHOOKS, "tags": [], "inbound": {"channel_limit": None}, "outbound": _OUTBOUND}


@dataclass(frozen=True, slots=True)
class Kind:
    """`name` is the field that holds the name; if None, the type has no names and `/connections` shows `called`."""

    record_type: str
    path: str
    name: str | None = "connection_name"
    called: str = ""
    webhook: str | None = "webhook_event_url"
    start: Settings = field(default_factory=dict)

    def settings(self) -> Settings:
        return deepcopy(self.start)


CREDENTIAL = Kind(
    "credential_connection",
    "/credential_connections",
    start={**_SIP, "user_name": None, "password": None, "sip_uri_calling_preference": "disabled"},
)
IP = Kind("ip_connection", "/ip_connections", start={**_SIP, "inbound": _ROUTED, "transport_protocol": "UDP"})
FQDN = Kind("fqdn_connection", "/fqdn_connections", start={**_SIP, "inbound": _ROUTED, "transport_protocol": "UDP"})
UAC = Kind(
    "uac_connection",
    "/uac_connections",
    start={**_SIP, "external_uac_settings": {}, "internal_uac_settings": {}, "registration_status": "unknown"},
)
EXTERNAL = Kind("external_connection", "/external_connections", name=None, called="Zoom Phone", start=_SMALL)
MOBILE = Kind("mobile_voice_connection", "/mobile_voice_connections", start=_SMALL)
TEXML = Kind(
    "texml_application",
    "/texml_applications",
    name="friendly_name",
    webhook=None,
    start={
        **_CALLS,
        "status_callback": None,
        "status_callback_method": "post",
        "voice_fallback_url": None,
        "voice_method": "post",
        "voice_url": None,
    },
)

CALL_CONTROL = Kind(
    "call_control_application",
    "/call_control_applications",
    name="application_name",
    start={
        **_WEBHOOKS,
        **_CALLS,
        "redact_dtmf_debug_logging": False,
        "webhook_api_version": "2",
    },
)

KINDS = (CREDENTIAL, IP, FQDN, UAC, EXTERNAL, MOBILE, TEXML, CALL_CONTROL)
