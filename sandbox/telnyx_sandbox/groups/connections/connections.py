"""`/connections`: the connections of all types in one list, without the settings of their type."""

from collections import Counter
from collections.abc import Callable

from ...errors import SandboxError
from ...pages import in_order, numbered
from ...reply import Reply, data
from ...request import Request
from ...routing import Routes
from .connection import Connection
from .hosts import Fqdn

routes = Routes()

NAME_FILTER = "filter[connection_name][contains]"
PROFILE_FILTER = "filter[outbound_voice_profile_id]"
FQDN_FILTER = "filter[fqdn]"
SHORTEST_PART = 3
SORTS: dict[str, Callable[[Connection], object]] = {
    "created_at": lambda connection: connection.created_at,
    "connection_name": lambda connection: connection.name,
    "active": lambda connection: connection.active,
}

COUNTED = {
    "call_control_applications": "call_control_application",
    "credential_connections": "credential_connection",
    "external_connections": "external_connection",
    "fax_connections": "fax_application",
    "fqdn_connections": "fqdn_connection",
    "ip_connections": "ip_connection",
    "microsoft_teams_sbc_connections": "microsoft_teams_sbc",
    "mobile_voice_connections": "mobile_voice_connection",
    "operator_connect_connections": "operator_connect",
    "texml_applications": "texml_application",
    "third_party_provider_connections": "third_party_provider",
    "uac_connections": "uac_connection",
    "zoom_sbc_connections": "zoom_sbc",
}
"""The names that counts have in the answer, with the record types that they count."""


@routes.get("/connections")
def list_connections(request: Request) -> Reply:
    query = request.query
    query.filters(NAME_FILTER, PROFILE_FILTER, FQDN_FILTER)
    part = query.text(NAME_FILTER)
    if part is not None and len(part) < SHORTEST_PART:
        raise SandboxError("10015", "Give at least three characters.", parameter=NAME_FILTER)
    wanted = {connection.id for connection in request.account.collection(Connection).values()}
    if (name := query.text(FQDN_FILTER)) is not None:
        fqdns = request.account.collection(Fqdn).values()
        wanted &= {str(fqdn.fields["connection_id"]) for fqdn in fqdns if fqdn.fields["fqdn"] == name}
    profile_id = query.text(PROFILE_FILTER)
    found = [
        connection
        for connection in request.account.collection(Connection).values()
        if connection.id in wanted
        and (part or "").lower() in connection.name.lower()
        and profile_id in (None, connection.outbound_voice_profile_id)
    ]
    return numbered(request, in_order(request, found, SORTS), Connection.summary)


@routes.get("/connections/count")
def count_connections(request: Request) -> Reply:
    types = Counter(connection.record_type for connection in request.account.collection(Connection).values())
    counts = {name: types[record_type] for name, record_type in COUNTED.items()}
    return data({"record_type": "connections_count", "counts": counts, "limits": {"global_limit": 1000}})


@routes.get("/connections/{id}")
def get_connection(request: Request) -> Reply:
    return data(request.account.find(Connection, request.id).summary())
