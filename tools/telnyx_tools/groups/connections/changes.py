"""Changes to a connection of any type, and its deletion."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from telnyx_tools.api.client import Json, Telnyx
from telnyx_tools.groups.connections import connections, settings
from telnyx_tools.groups.connections.connection import ConnectionSettings, shape_settings
from telnyx_tools.groups.connections.kinds import (
    CHANGES,
    DELETES,
    READS,
    ConnectionType,
    Kind,
    find_kind,
    require_fitting,
)
from telnyx_tools.tool.bodies import OMITTED, Change, NewValue, changed
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.types import ConnectionId, Url


@connections.tool(
    effect=Effect.WRITE,
    scope="voice.write",
    calls=(*CHANGES, "GET /connections/{id}", *READS),
    idempotent=True,
    sensitive={"outbound.channel_limit": "limits"},
)
async def update_connection(
    telnyx: Telnyx,
    connection_id: ConnectionId,
    connection_type: ConnectionType | None = None,
    connection_name: NewValue[settings.Name] = OMITTED,
    active: NewValue[bool] = OMITTED,
    tags: NewValue[list[str]] = OMITTED,
    inbound: NewValue[settings.Inbound] = OMITTED,
    outbound: NewValue[settings.Outbound] = OMITTED,
    webhook_event_url: NewValue[Url] = OMITTED,
    webhook_event_failover_url: Change[Url] = OMITTED,
    webhook_api_version: NewValue[settings.WebhookVersion] = OMITTED,
    webhook_timeout_secs: Change[settings.WebhookTimeout] = OMITTED,
    voice_url: Annotated[NewValue[Url], Field(description="answers with TeXML; TeXML applications")] = OMITTED,
    voice_fallback_url: NewValue[Url] = OMITTED,
    voice_method: NewValue[settings.Method] = OMITTED,
    status_callback: NewValue[Url] = OMITTED,
    status_callback_method: NewValue[settings.Method] = OMITTED,
    first_command_timeout: NewValue[bool] = OMITTED,
    first_command_timeout_secs: NewValue[int] = OMITTED,
    user_name: NewValue[settings.UserName] = OMITTED,
    password: NewValue[settings.Password] = OMITTED,
    sip_uri_calling_preference: NewValue[settings.UriCalling] = OMITTED,
    external_uac_settings: NewValue[settings.ExternalUac] = OMITTED,
    internal_uac_settings: NewValue[settings.InternalUac] = OMITTED,
    transport_protocol: NewValue[settings.Transport] = OMITTED,
    encrypted_media: Change[settings.EncryptedMedia] = OMITTED,
    dtmf_type: NewValue[settings.DtmfType] = OMITTED,
    anchorsite_override: NewValue[settings.Anchorsite] = OMITTED,
    noise_suppression: NewValue[Literal["inbound", "outbound", "both", "disabled"]] = OMITTED,
    jitter_buffer: NewValue[settings.JitterBuffer] = OMITTED,
    rtcp_settings: NewValue[settings.Rtcp] = OMITTED,
    call_cost_in_webhooks: NewValue[bool] = OMITTED,
    onnet_t38_passthrough_enabled: NewValue[bool] = OMITTED,
) -> ConnectionSettings:
    """Change a connection of any type. Omitted fields keep their values, inside objects too. Settings that its type
    lacks are refused."""
    body = changed(
        {
            "connection_name": connection_name,
            "active": active,
            "tags": tags,
            "inbound": inbound,
            "outbound": outbound,
            "webhook_event_url": webhook_event_url,
            "webhook_event_failover_url": webhook_event_failover_url,
            "webhook_api_version": webhook_api_version,
            "webhook_timeout_secs": webhook_timeout_secs,
            "voice_url": voice_url,
            "voice_fallback_url": voice_fallback_url,
            "voice_method": voice_method,
            "status_callback": status_callback,
            "status_callback_method": status_callback_method,
            "first_command_timeout": first_command_timeout,
            "first_command_timeout_secs": first_command_timeout_secs,
            "user_name": user_name,
            "password": password,
            "sip_uri_calling_preference": sip_uri_calling_preference,
            "external_uac_settings": external_uac_settings,
            "internal_uac_settings": internal_uac_settings,
            "transport_protocol": transport_protocol,
            "encrypted_media": encrypted_media,
            "dtmf_type": dtmf_type,
            "anchorsite_override": anchorsite_override,
            "noise_suppression": noise_suppression,
            "jitter_buffer": jitter_buffer,
            "rtcp_settings": rtcp_settings,
            "call_cost_in_webhooks": call_cost_in_webhooks,
            "onnet_t38_passthrough_enabled": onnet_t38_passthrough_enabled,
        }
    )
    kind, changes = await find_kind(telnyx, connection_id, connection_type), list(body)
    if kind.name != "connection_name" and "connection_name" in body:
        body[kind.name] = body.pop("connection_name")
    return shape_settings(await send_change(telnyx, kind, connection_id, body), also=changes)


@connections.tool(effect=Effect.DESTROY, scope="voice.write", calls=(*DELETES, "GET /connections/{id}"))
async def delete_connection(
    telnyx: Telnyx, connection_id: ConnectionId, connection_type: ConnectionType | None = None
) -> ConnectionSettings:
    """Delete a connection of any type for good. Move its phone numbers and end its calls first."""
    kind = await find_kind(telnyx, connection_id, connection_type)
    return shape_settings(await telnyx.delete(kind.template, id=connection_id))


async def send_change(telnyx: Telnyx, kind: Kind, connection_id: str, body: dict[str, Any]) -> Json:
    """PATCH a connection, with what the API wants every time filled in as it is now."""
    if any(name not in body or name == "outbound" for name in kind.required):
        body = _completed(kind, body, await telnyx.get(kind.template, id=connection_id))
    require_fitting(kind, "update", body)
    return await telnyx.patch(kind.template, body=body, id=connection_id)


def _completed(kind: Kind, body: dict[str, Any], answer: Json) -> dict[str, Any]:
    """The body with what every change needs: what it does not say stays as it is."""
    data = answer.get("data") if isinstance(answer, dict) else None
    present = data if isinstance(data, dict) else {}
    filled = {name: present[name] for name in kind.required if name != "outbound" and present.get(name)}
    if "outbound" in kind.required:
        outbound = present.get("outbound")
        profile_id = outbound.get("outbound_voice_profile_id") if isinstance(outbound, dict) else None
        filled["outbound"] = {"outbound_voice_profile_id": profile_id} if profile_id else {}
        filled["outbound"] |= body.get("outbound", {})
    return {**filled, **body, **{name: filled[name] for name in filled if name == "outbound"}}
