"""The registration of a connection's phones."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from telnyx_tools.api.client import Json, Telnyx
from telnyx_tools.argument_errors import InvalidArguments, Problem
from telnyx_tools.groups.connections import connections
from telnyx_tools.groups.connections.kinds import ConnectionType, find_kind
from telnyx_tools.results.outside import LONGEST_NAME, Outside
from telnyx_tools.results.result import Result, shape
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.types import ConnectionId

CHECKED = ("credential_connection", "uac_connection")


class Registration(Result):
    status: str | None = Field(None, description="Registered, Not Registered, Expired, Failed, Unregistered")
    sip_username: str | None = None
    last_registration: str | None = None
    last_registration_response: str | None = Field(None, description="SIP answer")
    ip_address: str | None = Field(None, description="of the phone")
    port: int | None = None
    transport: str | None = None
    user_agent: Annotated[str | None, Outside("the SIP device", LONGEST_NAME)] = None


@connections.tool(
    effect=Effect.READ,
    scope="voice.read",
    calls=(
        "POST /credential_connections/{id}/actions/check_registration_status",
        "POST /uac_connections/{id}/actions/check_registration_status",
        "GET /sip_registration_status",
        "GET /connections/{id}",
    ),
)
async def check_sip_registration(
    telnyx: Telnyx,
    connection_id: ConnectionId,
    connection_type: ConnectionType | None = None,
    sip_username: Annotated[str | None, Field(description="of one of its telephony credentials")] = None,
) -> Registration:
    """Check whether a phone is registered at a credential connection, or a UAC connection at its provider. Unregistered
    ones get no calls."""
    if sip_username is not None:
        return await _of_credential(telnyx, connection_id, sip_username)
    kind = await find_kind(telnyx, connection_id, connection_type)
    if kind.record_type not in CHECKED:
        raise InvalidArguments([Problem("connection_id", f"Nothing registers at a {kind.record_type}.")])
    template = f"{kind.template}/actions/check_registration_status"
    return shape(Registration, await telnyx.post(template, id=connection_id))


async def _of_credential(telnyx: Telnyx, connection_id: str, sip_username: str) -> Registration:
    query = {"credential_type": "telephony_credential", "connection_id": connection_id, "username": sip_username}
    answer = await telnyx.get("/sip_registration_status", query=query)
    return shape(Registration, _renamed(answer))


def _renamed(answer: Json) -> Json:
    """This list answers bare, and calls things by other names than the checks of connections."""
    fields = answer.get("data", answer) if isinstance(answer, dict) else answer
    if not isinstance(fields, dict):
        return answer
    details = fields.get("sip_registration_details")
    client: dict[str, Any] = details if isinstance(details, dict) else {}
    return {
        "status": fields.get("sip_registration_status"),
        "sip_username": fields.get("credential_username"),
        "last_registration": client.get("last_modified"),
        "last_registration_response": fields.get("last_registration_response") or None,
        "ip_address": client.get("ua_ip"),
        "port": client.get("ua_port"),
        "transport": client.get("transport"),
    }
