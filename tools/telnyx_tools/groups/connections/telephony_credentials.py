"""Telephony credentials: SIP logins for single devices and browsers, made by Telnyx."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from telnyx_tools.api.client import Telnyx
from telnyx_tools.groups.connections import connections
from telnyx_tools.results.pages import Page, PageCursor, PageSize, fetch_page
from telnyx_tools.results.result import Result, shape
from telnyx_tools.tool.bodies import OMITTED, NewValue, changed, present
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.source import From
from telnyx_tools.tool.types import ConnectionId, Id, Moment

TEMPLATE = "/telephony_credentials/{id}"

TelephonyCredentialId = Annotated[Id, From("list_telephony_credentials")]


class TelephonyLogin(Result):
    """Its password is not shown; create_telephony_credential_token lets a browser register without it."""

    id: str | None = None
    name: str | None = None
    sip_username: str | None = None
    resource_id: str | None = Field(None, description="connection:id")
    expired: bool | None = None
    expires_at: str | None = None
    created_at: str | None = None


class LoginToken(Result):
    jwt: str | None = Field(None, description="whoever holds it can call at the account's cost; good for 24 hours")


@connections.tool(effect=Effect.READ, scope="voice.read", calls="GET /telephony_credentials")
async def list_telephony_credentials(
    telnyx: Telnyx,
    name: str | None = None,
    connection_id: ConnectionId | None = None,
    sip_username: Annotated[str | None, Field(description="exact")] = None,
    tag: str | None = None,
    page: PageCursor = "1",
    page_size: PageSize = 20,
) -> Page[TelephonyLogin]:
    """Telephony credentials: SIP logins for single devices and browsers, without passwords."""
    resource_id = None if connection_id is None else f"connection:{connection_id}"
    query = {"filter": {"name": name, "resource_id": resource_id, "sip_username": sip_username, "tag": tag}}
    return await fetch_page(TelephonyLogin, telnyx, "/telephony_credentials", query, page=page, page_size=page_size)


@connections.tool(effect=Effect.READ, scope="voice.read", calls="GET /telephony_credentials/{id}")
async def get_telephony_credential(telnyx: Telnyx, credential_id: TelephonyCredentialId) -> TelephonyLogin:
    """A telephony credential's SIP user name, connection and expiry, without its password."""
    return shape(TelephonyLogin, await telnyx.get(TEMPLATE, id=credential_id))


@connections.tool(effect=Effect.WRITE, scope="voice.write", calls="POST /telephony_credentials")
async def create_telephony_credential(
    telnyx: Telnyx,
    connection_id: ConnectionId,
    name: str | None = None,
    tag: str | None = None,
    expires_at: Moment | None = None,
) -> TelephonyLogin:
    """Create a SIP login on a credential connection, for one device or browser. Telnyx generates its user name and
    password."""
    body = {"connection_id": connection_id, "name": name, "tag": tag, "expires_at": expires_at}
    return shape(TelephonyLogin, await telnyx.post("/telephony_credentials", body=present(body)))


@connections.tool(effect=Effect.WRITE, scope="voice.write", calls="PATCH /telephony_credentials/{id}", idempotent=True)
async def update_telephony_credential(
    telnyx: Telnyx,
    credential_id: TelephonyCredentialId,
    name: NewValue[str] = OMITTED,
    tag: NewValue[str] = OMITTED,
    connection_id: NewValue[ConnectionId] = OMITTED,
    expires_at: NewValue[Moment] = OMITTED,
) -> TelephonyLogin:
    """Change a telephony credential. Omitted fields keep their values."""
    body = changed({"name": name, "tag": tag, "connection_id": connection_id, "expires_at": expires_at})
    return shape(TelephonyLogin, await telnyx.patch(TEMPLATE, body=body, id=credential_id))


@connections.tool(effect=Effect.DESTROY, scope="voice.write", calls="DELETE /telephony_credentials/{id}")
async def delete_telephony_credential(telnyx: Telnyx, credential_id: TelephonyCredentialId) -> TelephonyLogin:
    """Delete a telephony credential for good. Devices that use it can no longer register."""
    return shape(TelephonyLogin, await telnyx.delete(TEMPLATE, id=credential_id))


@connections.tool(effect=Effect.WRITE, scope="voice.write", calls="POST /telephony_credentials/{id}/token")
async def create_telephony_credential_token(telnyx: Telnyx, credential_id: TelephonyCredentialId) -> LoginToken:
    """Create a token (JWT) that lets a browser or app register with this credential. It is a secret: give it only to
    that client."""
    answer = await telnyx.post("/telephony_credentials/{id}/token", id=credential_id)
    data = answer.get("data", answer) if isinstance(answer, dict) else answer
    if isinstance(data, str):
        return LoginToken(jwt=data)
    return shape(LoginToken, answer)
