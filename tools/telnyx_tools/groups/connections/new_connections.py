"""New SIP connections: by user name and password, by IP, by host name, by registering elsewhere."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from telnyx_tools.api.client import Telnyx
from telnyx_tools.groups.connections import connections, settings
from telnyx_tools.groups.connections.connection import ConnectionSettings, shape_settings
from telnyx_tools.groups.connections.kinds import KINDS, RecordType, require_fitting
from telnyx_tools.tool.bodies import present
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.types import Url


@connections.tool(effect=Effect.WRITE, scope="voice.write", calls="POST /credential_connections")
async def create_credential_connection(
    telnyx: Telnyx,
    connection_name: settings.Name,
    user_name: settings.UserName,
    password: Annotated[settings.Password, Field(min_length=8)],
    active: bool = True,
    sip_uri_calling_preference: settings.UriCalling | None = None,
    inbound: settings.Inbound | None = None,
    outbound: settings.Outbound | None = None,
    webhook_event_url: Url | None = None,
    webhook_api_version: settings.WebhookVersion | None = None,
    encrypted_media: settings.EncryptedMedia | None = None,
    dtmf_type: settings.DtmfType | None = None,
    anchorsite_override: settings.Anchorsite | None = None,
    tags: list[str] | None = None,
) -> ConnectionSettings:
    """Create a connection for phones that register with a user name and password. Outbound calls need
    outbound.outbound_voice_profile_id; inbound calls a number: update_phone_number."""
    fields = {
        "connection_name": connection_name,
        "user_name": user_name,
        "password": password,
        "active": active,
        "sip_uri_calling_preference": sip_uri_calling_preference,
        "inbound": inbound,
        "outbound": outbound,
        "webhook_event_url": webhook_event_url,
        "webhook_api_version": webhook_api_version,
        "encrypted_media": encrypted_media,
        "dtmf_type": dtmf_type,
        "anchorsite_override": anchorsite_override,
        "tags": tags,
    }
    return await _create(telnyx, "credential_connection", fields)


@connections.tool(effect=Effect.WRITE, scope="voice.write", calls="POST /ip_connections")
async def create_ip_connection(
    telnyx: Telnyx,
    connection_name: settings.Name,
    active: bool = True,
    transport_protocol: settings.Transport | None = None,
    inbound: settings.Inbound | None = None,
    outbound: settings.Outbound | None = None,
    webhook_event_url: Url | None = None,
    webhook_api_version: settings.WebhookVersion | None = None,
    encrypted_media: settings.EncryptedMedia | None = None,
    dtmf_type: settings.DtmfType | None = None,
    anchorsite_override: settings.Anchorsite | None = None,
    tags: list[str] | None = None,
) -> ConnectionSettings:
    """Create a connection for a PBX identified by IP address; then add the address with create_ip."""
    fields = {
        "connection_name": connection_name,
        "active": active,
        "transport_protocol": transport_protocol,
        "inbound": inbound,
        "outbound": outbound,
        "webhook_event_url": webhook_event_url,
        "webhook_api_version": webhook_api_version,
        "encrypted_media": encrypted_media,
        "dtmf_type": dtmf_type,
        "anchorsite_override": anchorsite_override,
        "tags": tags,
    }
    return await _create(telnyx, "ip_connection", fields)


@connections.tool(effect=Effect.WRITE, scope="voice.write", calls="POST /fqdn_connections")
async def create_fqdn_connection(
    telnyx: Telnyx,
    connection_name: settings.Name,
    active: bool = True,
    transport_protocol: settings.Transport | None = None,
    microsoft_teams_sbc: Annotated[bool | None, Field(description="for Microsoft Teams direct routing")] = None,
    inbound: settings.Inbound | None = None,
    outbound: settings.Outbound | None = None,
    webhook_event_url: Url | None = None,
    webhook_api_version: settings.WebhookVersion | None = None,
    encrypted_media: settings.EncryptedMedia | None = None,
    dtmf_type: settings.DtmfType | None = None,
    anchorsite_override: settings.Anchorsite | None = None,
    tags: list[str] | None = None,
) -> ConnectionSettings:
    """Create a connection for a PBX identified by host name; then add the name with create_fqdn."""
    fields = {
        "connection_name": connection_name,
        "active": active,
        "transport_protocol": transport_protocol,
        "microsoft_teams_sbc": microsoft_teams_sbc,
        "inbound": inbound,
        "outbound": outbound,
        "webhook_event_url": webhook_event_url,
        "webhook_api_version": webhook_api_version,
        "encrypted_media": encrypted_media,
        "dtmf_type": dtmf_type,
        "anchorsite_override": anchorsite_override,
        "tags": tags,
    }
    return await _create(telnyx, "fqdn_connection", fields)


@connections.tool(effect=Effect.WRITE, scope="voice.write", calls="POST /uac_connections")
async def create_uac_connection(
    telnyx: Telnyx,
    connection_name: settings.Name,
    external_uac_settings: settings.ExternalUac | None = None,
    internal_uac_settings: settings.InternalUac | None = None,
    active: bool = True,
    inbound: settings.Inbound | None = None,
    outbound: settings.Outbound | None = None,
    webhook_event_url: Url | None = None,
    encrypted_media: settings.EncryptedMedia | None = None,
    dtmf_type: settings.DtmfType | None = None,
    anchorsite_override: settings.Anchorsite | None = None,
    tags: list[str] | None = None,
) -> ConnectionSettings:
    """Create a connection that registers at another provider or PBX as a SIP client and receives its calls."""
    fields = {
        "connection_name": connection_name,
        "external_uac_settings": external_uac_settings,
        "internal_uac_settings": internal_uac_settings,
        "active": active,
        "inbound": inbound,
        "outbound": outbound,
        "webhook_event_url": webhook_event_url,
        "encrypted_media": encrypted_media,
        "dtmf_type": dtmf_type,
        "anchorsite_override": anchorsite_override,
        "tags": tags,
    }
    return await _create(telnyx, "uac_connection", fields)


async def _create(telnyx: Telnyx, record_type: RecordType, fields: dict[str, Any]) -> ConnectionSettings:
    kind, body = KINDS[record_type], present(fields)
    require_fitting(kind, "create", body)
    return shape_settings(await telnyx.post(kind.collection, body=body))
