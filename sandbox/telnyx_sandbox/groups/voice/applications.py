"""The list of Call Control applications, and what changes it."""

from ...errors import SandboxError
from ...pages import numbered
from ...reply import Reply, data
from ...request import Request
from ...routing import Routes
from ..connections.connection import Connection
from ..phone_number import numbers_of
from .application import Application, create
from .calls import active_calls

routes = Routes()

FILTERS = ("filter[application_name][contains]", "filter[outbound.outbound_voice_profile_id]")
SORTS = ("created_at", "connection_name", "active")
SHORTEST_PART = 3


@routes.get("/call_control_applications")
def list_applications(request: Request) -> Reply:
    query = request.query
    query.filters(*FILTERS)
    part, profile_id = ((query.text(name) or "") for name in FILTERS)
    if part and len(part) < SHORTEST_PART:
        raise SandboxError("10015", "Give at least three characters.", parameter=FILTERS[0])
    found = [
        application
        for application in request.account.collection(Application).values()
        if part.lower() in application.name.lower() and profile_id in ("", application.outbound_voice_profile_id)
    ]
    return numbered(request, _sorted(request, found), Application.render)


@routes.post("/call_control_applications")
def create_application(request: Request) -> Reply:
    account, body = request.account, request.body
    connection = Connection(account.ids.snowflake("connection"), body.required_text("application_name"))
    application = create(account, connection, body.required_text("webhook_event_url"))
    application.change(body, application.created_at)
    account.collection(Connection)[connection.id] = connection
    return data(application.render(), 201)


@routes.get("/call_control_applications/{id}")
def get_application(request: Request) -> Reply:
    return data(request.account.find(Application, request.id).render())


@routes.patch("/call_control_applications/{id}")
def update_application(request: Request) -> Reply:
    account = request.account
    application = account.find(Application, request.id)
    application.change(request.body, account.clock.now())
    account.collection(Connection)[application.id].name = application.name
    return data(application.render())


@routes.delete("/call_control_applications/{id}")
def delete_application(request: Request) -> Reply:
    account = request.account
    application = account.find(Application, request.id)
    if any(number.connection_id == application.id for number in numbers_of(account)):
        raise SandboxError("10021", "Phone numbers are on this application.")
    if any(call.connection_id == application.id for call in active_calls(account)):
        raise SandboxError("10021", "Calls of this application are going on.")
    del account.collection(Application)[application.id]
    account.collection(Connection).pop(application.id, None)
    return data(application.render())


def _sorted(request: Request, found: list[Application]) -> list[Application]:
    order = request.query.text("sort") or "created_at"
    name = order.removeprefix("-")
    if name not in SORTS:
        raise SandboxError("10015", f"Applications sort by {', '.join(SORTS)}.", parameter="sort")
    keys = {
        "created_at": lambda application: application.created_at,
        "connection_name": lambda application: application.name,
        "active": lambda application: application.active,
    }
    return sorted(found, key=keys[name], reverse=order.startswith("-"))
