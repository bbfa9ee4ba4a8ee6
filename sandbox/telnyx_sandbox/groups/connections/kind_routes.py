"""The operations on connections of one type: list, create, show, change, delete."""

from collections.abc import Callable
from functools import partial

from ...account import Account
from ...clock import iso
from ...errors import SandboxError
from ...pages import in_order, numbered
from ...reply import Reply, data
from ...request import Request
from ...routing import Routes
from . import passwords
from .connection import Connection, DeletionChecks, create
from .kinds import KINDS, Kind
from .outbound_voice_profile import OutboundVoiceProfile

NAME_FILTERS = ("filter[connection_name][contains]", "filter[application_name][contains]")
PROFILE_FILTERS = ("filter[outbound_voice_profile_id]", "filter[outbound.outbound_voice_profile_id]")
SHORTEST_PART = 3


def routes_of(kind: Kind) -> Routes:
    """Make the five operations of a type."""
    routes = Routes()

    @routes.get(kind.path)
    def list_connections(request: Request) -> Reply:
        found = in_order(request, _found(request, kind), _sorts(kind))
        return numbered(request, found, partial(_render, kind))

    @routes.post(kind.path)
    def create_connection(request: Request) -> Reply:
        name = request.body.text(kind.name) if kind.name else None
        _check(request, kind, None)
        connection = create(request.account, kind, name or kind.called or "New connection")
        _change(request, kind, connection)
        return data(_render(kind, connection), 201)

    @routes.get(f"{kind.path}/{{id}}")
    def get_connection(request: Request) -> Reply:
        return data(_render(kind, find(request.account, kind, request.id)))

    @routes.patch(f"{kind.path}/{{id}}")
    def update_connection(request: Request) -> Reply:
        connection = find(request.account, kind, request.id)
        _check(request, kind, connection)
        _change(request, kind, connection)
        return data(_render(kind, connection))

    @routes.delete(f"{kind.path}/{{id}}")
    def delete_connection(request: Request) -> Reply:
        connection = find(request.account, kind, request.id)
        for blocks in request.account.hook(DeletionChecks):
            if (reason := blocks(request.account, connection)) is not None:
                raise SandboxError("10021", reason)
        del request.account.collection(Connection)[connection.id]
        return data(_render(kind, connection))

    return routes


ROUTES = tuple(routes_of(kind) for kind in KINDS)


def find(account: Account, kind: Kind, connection_id: str) -> Connection:
    connection = account.find(Connection, connection_id)
    if connection.record_type != kind.record_type:
        raise SandboxError("10005")
    return connection


def _found(request: Request, kind: Kind) -> list[Connection]:
    query = request.query
    part = next((text for name in NAME_FILTERS if (text := query.text(name)) is not None), None)
    if part is not None and len(part) < SHORTEST_PART:
        raise SandboxError("10015", "Give at least three characters.", parameter=NAME_FILTERS[0])
    name = query.text("filter[friendly_name]")
    profile_id = next((text for each in PROFILE_FILTERS if (text := query.text(each)) is not None), None)
    return [
        connection
        for connection in request.account.collection(Connection).values()
        if connection.record_type == kind.record_type
        and (part or "").lower() in connection.name.lower()
        and name in (None, connection.name)
        and profile_id in (None, connection.outbound_voice_profile_id)
    ]


def _sorts(kind: Kind) -> dict[str, Callable[[Connection], object]]:
    by_name: dict[str, Callable[[Connection], object]] = dict.fromkeys(
        ("connection_name", kind.name or ""), lambda connection: connection.name
    )
    return {
        "created_at": lambda connection: connection.created_at,
        **by_name,
        "active": lambda connection: connection.active,
    }


def _check(request: Request, kind: Kind, changed: Connection | None) -> None:
    """Check what the contract leaves open: that the profile exists, and that user name and password are allowed."""
    outbound = request.fields.get("outbound")
    profile_id = outbound.get("outbound_voice_profile_id") if isinstance(outbound, dict) else None
    if profile_id and profile_id not in request.account.collection(OutboundVoiceProfile):
        raise SandboxError("10017", pointer="/outbound/outbound_voice_profile_id")
    passwords.check(request, kind, changed)


def _change(request: Request, kind: Kind, connection: Connection) -> None:
    """Set the fields that the body names, and inside objects the named keys; keep the rest."""
    given = dict(request.fields)
    if kind.name:
        connection.name = str(given.pop(kind.name, None) or connection.name)
    active = given.pop("active", None)
    connection.active = connection.active if active is None else bool(active)
    if kind.webhook and kind.webhook in given:
        connection.webhook_event_url = _text(given.pop(kind.webhook))
    for name, value in given.items():
        connection.settings[name] = _merged(connection.settings.get(name), value)
    connection.outbound_voice_profile_id = _text(_outbound(connection).get("outbound_voice_profile_id"))
    connection.updated_at = request.account.clock.now()


def _merged(present: object, given: object) -> object:
    return {**present, **given} if isinstance(present, dict) and isinstance(given, dict) else given


def _outbound(connection: Connection) -> dict[str, object]:
    outbound = connection.settings.get("outbound")
    return outbound if isinstance(outbound, dict) else {}


def _text(value: object) -> str | None:
    return str(value) if value else None


def _render(kind: Kind, connection: Connection) -> dict[str, object]:
    return {
        "record_type": kind.record_type,
        "id": connection.id,
        **({kind.name: connection.name} if kind.name else {}),
        "active": connection.active,
        **({kind.webhook: connection.webhook_event_url} if kind.webhook else {}),
        **connection.settings,
        "created_at": iso(connection.created_at),
        "updated_at": iso(connection.updated_at),
    }
