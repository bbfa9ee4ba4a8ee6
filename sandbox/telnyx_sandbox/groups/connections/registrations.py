"""Registrations of SIP clients. A client registers half a minute after its connection or credential was created.

A client whose user name begins with "offline" never registers, and an inactive connection accepts no registration.
"""

from ...account import Account
from ...clock import iso
from ...reply import Reply, data
from ...request import Request
from ...routing import Routes
from .connection import Connection
from .kind_routes import find
from .kinds import CREDENTIAL, UAC, Kind
from .telephony_credential import TelephonyCredential

routes = Routes()

REGISTERS_AFTER_SECS = 30
EXPIRES_SECS = 600
_OFFLINE = "offline"
_TELEPHONY = "telephony_credential"


@routes.post("/credential_connections/{id}/actions/check_registration_status")
def check_credential(request: Request) -> Reply:
    return _status(request, CREDENTIAL)


@routes.post("/uac_connections/{id}/actions/check_registration_status")
def check_uac(request: Request) -> Reply:
    return _status(request, UAC)


@routes.get("/sip_registration_status")
def get_status(request: Request) -> Reply:
    """Return the status of the connection that the query names, or of the first one."""
    query, account = request.query, request.account
    kind = query.text("credential_type")
    clients = (
        _telephony(account) if kind == _TELEPHONY else _connections(account, UAC if "uac" in str(kind) else CREDENTIAL)
    )
    for connection, user_name, since in clients:
        wanted = query.text("connection_id") in (None, connection.id) and query.text("username") in (None, user_name)
        if wanted:
            return Reply(_details(account, str(kind), connection, user_name, since))
    return Reply({"credential_type": kind, "registered": False, "sip_registration_status": "unknown"})


def registered(account: Account, connection: Connection, user_name: str, since: float) -> bool:
    on = connection.active and not user_name.startswith(_OFFLINE)
    return on and account.clock.now() >= since + REGISTERS_AFTER_SECS


def _status(request: Request, kind: Kind) -> Reply:
    connection = find(request.account, kind, request.id)
    user_name = _user_name(connection)
    on = registered(request.account, connection, user_name, connection.created_at)
    client = {"ip_address": "203.0.113.10", "port": 5060, "transport": "UDP", "user_agent": "Sandbox phone"}
    last = {"last_registration": iso(connection.created_at + REGISTERS_AFTER_SECS)}
    return data(
        {
            "record_type": "registration_status",
            "sip_username": user_name,
            "status": "Registered" if on else "Not Registered",
            **({**client, **last} if on else {}),
        }
    )


def _details(account: Account, kind: str, connection: Connection, user_name: str, since: float) -> dict[str, object]:
    on = registered(account, connection, user_name, since)
    state = "registered" if on else "standby" if connection.active else "connection_disabled"
    details = {"expires": EXPIRES_SECS, "failures": 0, "transport": "UDP", "ua_ip": "203.0.113.10", "ua_port": 5060}
    return {
        "connection_id": connection.id,
        "connection_name": connection.name,
        "credential_type": kind,
        "credential_username": user_name,
        "registered": on,
        "sip_registration_status": state,
        "last_registration_response": "200 OK" if on else "",
        **({"sip_registration_details": details} if on else {}),
    }


def _telephony(account: Account) -> list[tuple[Connection, str, float]]:
    connections = account.collection(Connection)
    return [
        (connections[each.connection_id], each.sip_username, each.created_at)
        for each in account.collection(TelephonyCredential).values()
        if each.connection_id in connections
    ]


def _connections(account: Account, kind: Kind) -> list[tuple[Connection, str, float]]:
    found = account.collection(Connection).values()
    return [(each, _user_name(each), each.created_at) for each in found if each.record_type == kind.record_type]


def _user_name(connection: Connection) -> str:
    external = connection.settings.get("external_uac_settings")
    name = external.get("username") if isinstance(external, dict) else None
    return str(name or connection.settings.get("user_name") or "")
