"""IPs and FQDNs: the addresses of IP and FQDN connections."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from telnyx_tools.api.client import Telnyx
from telnyx_tools.groups.connections import connections
from telnyx_tools.results.pages import Page, PageCursor, PageSize, fetch_page
from telnyx_tools.results.result import Result, shape
from telnyx_tools.tool.bodies import OMITTED, Change, NewValue, changed, present
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.types import ConnectionId, FqdnId, IpId

IpAddress = Annotated[str, Field(pattern=r"^[0-9a-fA-F.:]{2,45}$", description="IPv4, like 203.0.113.10")]
HostName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]+$", max_length=253, description="like sip.example.com")]
DnsType = Annotated[Literal["a", "srv"], Field(description="DNS record type; srv includes the port")]
Port = Annotated[int, Field(ge=1, le=65_535)]


class Ip(Result):
    id: str | None = None
    ip_address: str | None = None
    port: int | None = None
    connection_id: str | None = None
    created_at: str | None = None


class Fqdn(Result):
    id: str | None = None
    fqdn: str | None = None
    dns_record_type: str | None = None
    port: int | None = None
    connection_id: str | None = None
    created_at: str | None = None


@connections.tool(effect=Effect.READ, scope="voice.read", calls="GET /ips")
async def list_ips(
    telnyx: Telnyx,
    connection_id: ConnectionId | None = None,
    ip_address: IpAddress | None = None,
    page: PageCursor = "1",
    page_size: PageSize = 20,
) -> Page[Ip]:
    """The IP addresses of IP connections."""
    query = {"filter": {"connection_id": connection_id, "ip_address": ip_address}}
    return await fetch_page(Ip, telnyx, "/ips", query, page=page, page_size=page_size)


@connections.tool(effect=Effect.WRITE, scope="voice.write", calls="POST /ips")
async def create_ip(telnyx: Telnyx, connection_id: ConnectionId, ip_address: IpAddress, port: Port | None = None) -> Ip:
    """Add an IP address to an IP connection: the connection takes calls from it and sends calls to it."""
    body = {"connection_id": connection_id, "ip_address": ip_address, "port": port}
    return shape(Ip, await telnyx.post("/ips", body=present(body)))


@connections.tool(effect=Effect.WRITE, scope="voice.write", calls=("PATCH /ips/{id}", "GET /ips/{id}"), idempotent=True)
async def update_ip(
    telnyx: Telnyx,
    ip_id: IpId,
    ip_address: NewValue[IpAddress] = OMITTED,
    port: NewValue[Port] = OMITTED,
    connection_id: NewValue[ConnectionId] = OMITTED,
) -> Ip:
    """Change an IP address, its port, or its connection. Omitted fields keep their values."""
    body = changed({"ip_address": ip_address, "port": port, "connection_id": connection_id})
    if "ip_address" not in body:
        body["ip_address"] = shape(Ip, await telnyx.get("/ips/{id}", id=ip_id)).ip_address or ""
    return shape(Ip, await telnyx.patch("/ips/{id}", body=body, id=ip_id))


@connections.tool(effect=Effect.DESTROY, scope="voice.write", calls="DELETE /ips/{id}")
async def delete_ip(telnyx: Telnyx, ip_id: IpId) -> Ip:
    """Remove an IP address from its connection. Calls from it are then refused."""
    return shape(Ip, await telnyx.delete("/ips/{id}", id=ip_id))


@connections.tool(effect=Effect.READ, scope="voice.read", calls="GET /fqdns")
async def list_fqdns(
    telnyx: Telnyx,
    connection_id: ConnectionId | None = None,
    fqdn: HostName | None = None,
    page: PageCursor = "1",
    page_size: PageSize = 20,
) -> Page[Fqdn]:
    """The host names of FQDN connections."""
    query = {"filter": {"connection_id": connection_id, "fqdn": fqdn}}
    return await fetch_page(Fqdn, telnyx, "/fqdns", query, page=page, page_size=page_size)


@connections.tool(effect=Effect.WRITE, scope="voice.write", calls="POST /fqdns")
async def create_fqdn(
    telnyx: Telnyx,
    connection_id: ConnectionId,
    fqdn: HostName,
    dns_record_type: DnsType = "a",
    port: Port | None = None,
) -> Fqdn:
    """Add a host name to an FQDN connection: the connection sends calls to it."""
    body = {"connection_id": connection_id, "fqdn": fqdn, "dns_record_type": dns_record_type, "port": port}
    return shape(Fqdn, await telnyx.post("/fqdns", body=present(body)))


@connections.tool(effect=Effect.WRITE, scope="voice.write", calls="PATCH /fqdns/{id}", idempotent=True)
async def update_fqdn(
    telnyx: Telnyx,
    fqdn_id: FqdnId,
    fqdn: NewValue[HostName] = OMITTED,
    dns_record_type: NewValue[DnsType] = OMITTED,
    port: Change[Port] = OMITTED,
    connection_id: NewValue[ConnectionId] = OMITTED,
) -> Fqdn:
    """Change a host name, its DNS record type, port or connection. Omitted fields keep their values."""
    body = changed({"fqdn": fqdn, "dns_record_type": dns_record_type, "port": port, "connection_id": connection_id})
    return shape(Fqdn, await telnyx.patch("/fqdns/{id}", body=body, id=fqdn_id))


@connections.tool(effect=Effect.DESTROY, scope="voice.write", calls="DELETE /fqdns/{id}")
async def delete_fqdn(telnyx: Telnyx, fqdn_id: FqdnId) -> Fqdn:
    """Remove a host name from its connection. No calls then go to it."""
    return shape(Fqdn, await telnyx.delete("/fqdns/{id}", id=fqdn_id))
