"""IPs and FQDNs: the addresses that IP and FQDN connections exchange calls with."""

from dataclasses import dataclass, field
from typing import TypeVar

from ...clock import iso
from ...errors import SandboxError
from ...pages import numbered
from ...reply import Reply, data
from ...request import Request
from ...routing import Routes
from .connection import Connection
from .kinds import FQDN, IP

SIP_PORT = 5060


@dataclass(slots=True)
class Host:
    """`fields` are as the API shows them."""

    id: str
    created_at: float
    updated_at: float
    fields: dict[str, object] = field(default_factory=dict)


class Ip(Host):
    pass


class Fqdn(Host):
    pass


H = TypeVar("H", bound=Host)


def routes_of(kind: type[Host], path: str, record_type: str, on: str, defaults: dict[str, object]) -> Routes:
    """Make the five operations of IPs or FQDNs, which belong to connections of type `on`."""
    routes = Routes()

    def render(host: Host) -> dict[str, object]:
        moments = {"created_at": iso(host.created_at), "updated_at": iso(host.updated_at)}
        return {"record_type": record_type, "id": host.id, **host.fields, **moments}

    def change(request: Request, host: Host) -> None:
        connection_id = request.fields.get("connection_id")
        connection = request.account.collection(Connection).get(str(connection_id))
        if connection_id is not None and (connection is None or connection.record_type != on):
            raise SandboxError("10017", f"There is no such {on}.", pointer="/connection_id")
        host.fields |= request.fields
        host.updated_at = request.account.clock.now()

    @routes.get(path)
    def list_hosts(request: Request) -> Reply:
        wanted = {name: request.query.text(f"filter[{name}]") for name in defaults}
        hosts = request.account.collection(kind).values()
        fits = [host for host in hosts if all(v in (None, str(host.fields[n])) for n, v in wanted.items())]
        return numbered(request, fits, render)

    @routes.post(path)
    def create_host(request: Request) -> Reply:
        now = request.account.clock.now()
        host = kind(request.account.ids.snowflake(record_type), now, now, dict(defaults))
        change(request, host)
        request.account.collection(kind)[host.id] = host
        return data(render(host), 201)

    @routes.get(f"{path}/{{id}}")
    def get_host(request: Request) -> Reply:
        return data(render(request.account.find(kind, request.id)))

    @routes.patch(f"{path}/{{id}}")
    def update_host(request: Request) -> Reply:
        host = request.account.find(kind, request.id)
        change(request, host)
        return data(render(host))

    @routes.delete(f"{path}/{{id}}")
    def delete_host(request: Request) -> Reply:
        host = request.account.find(kind, request.id)
        del request.account.collection(kind)[host.id]
        return data(render(host))

    return routes


_COMMON: dict[str, object] = {"connection_id": None, "port": SIP_PORT}

ROUTES = (
    routes_of(Ip, "/ips", "ip", IP.record_type, {"ip_address": "", **_COMMON}),
    routes_of(Fqdn, "/fqdns", "fqdn", FQDN.record_type, {"fqdn": "", "dns_record_type": "a", **_COMMON}),
)
