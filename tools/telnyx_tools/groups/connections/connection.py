"""A connection, as the tools return it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pydantic import Field

from telnyx_tools.api.client import Json
from telnyx_tools.groups.connections.kinds import KINDS
from telnyx_tools.results.result import Detail, Result, redacted, shape, unwrapped


class Connection(Result):
    id: str | None = None
    record_type: str | None = None
    connection_name: str | None = None
    active: bool | None = None
    outbound_voice_profile_id: str | None = None
    webhook_event_url: str | None = None


class ConnectionSettings(Connection):
    """Which settings there are depends on the type."""

    webhook_event_failover_url: str | None = None
    webhook_api_version: str | None = None
    user_name: str | None = None
    sip_uri_calling_preference: str | None = None
    transport_protocol: str | None = None
    encrypted_media: str | None = None
    dtmf_type: str | None = None
    anchorsite_override: str | None = None
    external_uac_settings: dict[str, object] | None = None
    registration_status: str | None = None
    voice_url: str | None = None
    voice_method: str | None = None
    voice_fallback_url: str | None = None
    status_callback: str | None = None
    inbound: dict[str, object] | None = None
    outbound: dict[str, object] | None = None
    tags: list[str] | None = None
    created_at: str | None = None
    settings_not_read: str | None = Field(None, description="why only the general fields are there")


def shape_settings(
    answer: Json, general: Json = None, detail: Detail = "summary", also: Iterable[str] = ()
) -> ConnectionSettings:
    """A connection from the answer of its type, with what `/connections/{id}` says besides. Secrets are left out."""
    data = unwrapped(answer)
    if not isinstance(data, dict):
        return shape(ConnectionSettings, answer, detail)
    known = unwrapped(general)
    fields: dict[str, Any] = {**(known if isinstance(known, dict) else {}), **redacted(data)}
    return shape(ConnectionSettings, {"data": {**fields, **_names(fields)}}, detail, also)


def _names(fields: dict[str, Any]) -> dict[str, Any]:
    """The name and the profile under the names that they have for all types."""
    names = (fields.get(kind.name) for kind in KINDS.values())
    outbound = fields.get("outbound")
    profile_id = outbound.get("outbound_voice_profile_id") if isinstance(outbound, dict) else None
    return {
        "connection_name": next((name for name in names if name is not None), None),
        "outbound_voice_profile_id": profile_id or fields.get("outbound_voice_profile_id"),
    }
