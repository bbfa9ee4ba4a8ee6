"""The settings of connections, as arguments."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from telnyx_tools.tool.bodies import Given
from telnyx_tools.tool.secret_text import SecretText
from telnyx_tools.tool.types import E164, FqdnId, IpId, OutboundVoiceProfileId

Name = Annotated[str, Field(min_length=1, description="new name")]
Channels = Annotated[int, Field(ge=1, description="maximum concurrent calls")]
WebhookVersion = Literal["1", "2"]
WebhookTimeout = Annotated[int, Field(ge=0, le=30)]
Anchorsite = Annotated[
    Literal[
        "Latency",
        "Chicago, IL",
        "Ashburn, VA",
        "San Jose, CA",
        "Toronto, Canada",
        "Vancouver, Canada",
        "London, UK",
        "Amsterdam, Netherlands",
        "Frankfurt, Germany",
        "Chennai, IN",
        "Sydney, Australia",
    ],
    Field(description="media location; Latency: the nearest"),
]
DtmfType = Literal["RFC 2833", "Inband", "SIP INFO"]
UserName = Annotated[str, Field(pattern=r"^[A-Za-z0-9]{4,32}$", description="of SIP, 4-32 letters and digits")]
Password = Annotated[SecretText, Field(max_length=128, description="of SIP, 8-128 characters; never shown")]
UriCalling = Annotated[
    Literal["disabled", "unrestricted", "internal"],
    Field(description="who may call its SIP URI; internal: own account"),
]
EncryptedMedia = Annotated[Literal["SRTP"], Field(description="encrypts media")]
Transport = Literal["UDP", "TCP", "TLS"]
NumberFormat = Literal["+E.164", "E.164", "+E.164-national", "E.164-national"]
Codec = Literal["G722", "G711U", "G711A", "G729", "OPUS", "H.264", "VP8", "AMR-WB"]
Method = Literal["get", "post"]


class Inbound(Given):
    """Calls from Telnyx to it. Applications take channel_limit, shaken_stir_enabled and sip_subdomain only."""

    channel_limit: Channels | None = None
    codecs: list[Codec] | None = None
    ani_number_format: NumberFormat | None = Field(None, description="caller's number")
    dnis_number_format: Literal["+e164", "e164", "national", "sip_username"] | None = Field(
        None, description="called number"
    )
    default_routing_method: Literal["sequential", "round-robin"] | None = None
    default_primary_ip_id: IpId | None = None
    default_secondary_ip_id: IpId | None = None
    default_primary_fqdn_id: FqdnId | None = None
    default_secondary_fqdn_id: FqdnId | None = None
    simultaneous_ringing: Literal["disabled", "enabled"] | None = None
    sip_region: Literal["US", "Europe", "Australia"] | None = None
    sip_subdomain: str | None = None
    sip_subdomain_receive_settings: Literal["only_my_connections", "from_anyone"] | None = None
    shaken_stir_enabled: bool | None = None
    generate_ringback_tone: bool | None = None
    prack_enabled: bool | None = None
    timeout_1xx_secs: int | None = None
    timeout_2xx_secs: int | None = None


class Outbound(Given):
    """Calls that it makes. Applications take the profile and channel_limit only."""

    outbound_voice_profile_id: OutboundVoiceProfileId | None = None
    channel_limit: Channels | None = None
    ani_override: E164 | None = Field(None, description="caller's number, E.164")
    ani_override_type: Literal["always", "normal", "emergency"] | None = None
    localization: str | None = Field(None, description="country of national numbers, like US")
    generate_ringback_tone: bool | None = None
    instant_ringback_enabled: bool | None = None
    call_parking_enabled: bool | None = None
    t38_reinvite_source: (
        Literal["telnyx", "customer", "disabled", "passthru", "caller-passthru", "callee-passthru"] | None
    ) = None
    tech_prefix: str | None = None


class ExternalUac(Given):
    """How Telnyx registers at another provider."""

    proxy: str | None = Field(None, description="host, like sip.provider.com:5060")
    username: str | None = None
    password: SecretText | None = Field(None, description="never shown")
    auth_username: str | None = None
    from_user: str | None = None
    outbound_proxy: str | None = None
    transport: Transport | None = None
    expiration_sec: int | None = None


class InternalUac(Given):
    destination_uri: str | None = Field(None, description="where its calls go inside Telnyx")


class Rtcp(Given):
    capture_enabled: bool | None = None
    port: Literal["rtcp-mux", "rtp+1"] | None = None
    report_frequency_secs: int | None = None


class JitterBuffer(Given):
    enable_jitter_buffer: bool | None = None
    jitterbuffer_msec_min: int | None = None
    jitterbuffer_msec_max: int | None = None
