"""Connections of all types: the list, one with its settings, how many there are."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from telnyx_tools.api.client import Telnyx
from telnyx_tools.api.errors import TelnyxError
from telnyx_tools.groups.connections import connections
from telnyx_tools.groups.connections.connection import Connection, ConnectionSettings, shape_settings
from telnyx_tools.groups.connections.kinds import READS, kind_of
from telnyx_tools.results.pages import Page, PageCursor, PageSize, fetch_page
from telnyx_tools.results.result import Detail, Part, Result, shape
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.types import ConnectionId, OutboundVoiceProfileId

NameContains = Annotated[str, Field(min_length=3)]


class Counts(Part):
    call_control_applications: int | None = None
    texml_applications: int | None = None
    sip_user_connections: int | None = Field(
        None, validation_alias="credential_connections", description="with user name and password"
    )
    ip_connections: int | None = None
    fqdn_connections: int | None = None
    uac_connections: int | None = None
    external_connections: int | None = None
    mobile_voice_connections: int | None = None
    fax_connections: int | None = None


class ConnectionCounts(Result):
    counts: Counts | None = None
    limits: dict[str, object] | None = Field(None, description="how many there may be")


@connections.tool(effect=Effect.READ, scope="voice.read", calls="GET /connections", core=True)
async def list_connections(
    telnyx: Telnyx,
    name_contains: NameContains | None = None,
    fqdn: Annotated[str | None, Field(description="host name of an FQDN connection")] = None,
    outbound_voice_profile_id: OutboundVoiceProfileId | None = None,
    sort: Literal["created_at", "connection_name", "active"] | None = None,
    page: PageCursor = "1",
    page_size: PageSize = 20,
    detail: Detail = "summary",
) -> Page[Connection]:
    """Connections that calls use: SIP connections, Call Control and TeXML applications; record_type tells which."""
    query = {
        "filter": {
            "connection_name": {"contains": name_contains},
            "fqdn": fqdn,
            "outbound_voice_profile_id": outbound_voice_profile_id,
        },
        "sort": sort,
    }
    return await fetch_page(Connection, telnyx, "/connections", query, page=page, page_size=page_size, detail=detail)


@connections.tool(effect=Effect.READ, scope="voice.read", calls=("GET /connections/{id}", *READS))
async def get_connection(telnyx: Telnyx, connection_id: ConnectionId, detail: Detail = "summary") -> ConnectionSettings:
    """A connection of any type with its settings, without passwords."""
    general = await telnyx.get("/connections/{id}", id=connection_id)
    kind = kind_of(general)
    if kind is None:
        return shape_settings(general, detail=detail)
    try:
        typed = await telnyx.get(kind.template, id=connection_id)
    except TelnyxError as error:
        result = shape_settings(general, detail=detail)
        result.settings_not_read = str(error.describe()["title"])
        return result
    return shape_settings(typed, general, detail)


@connections.tool(effect=Effect.READ, scope="voice.read", calls="GET /connections/count")
async def count_connections(telnyx: Telnyx) -> ConnectionCounts:
    """How many connections of each type exist, and the limits."""
    return shape(ConnectionCounts, await telnyx.get("/connections/count"))
