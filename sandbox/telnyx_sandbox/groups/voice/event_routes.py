"""The list of call events, newest first; without a leg or a session only those of the last 24 hours."""

from collections.abc import Callable
from operator import eq, ge, gt, le, lt

from ...moments import queried_moment
from ...pages import numbered
from ...query import Query
from ...reply import Reply
from ...request import Request
from ...routing import Routes
from ..connections.connection import Connection
from .events import CallEvent

routes = Routes()

DAY_SECS = 24 * 60 * 60
OPERATORS: dict[str, Callable[[float, float], bool]] = {"eq": eq, "gt": gt, "gte": ge, "lt": lt, "lte": le}
MATCHES: dict[str, Callable[[CallEvent], str]] = {
    "leg_id": lambda event: event.call.leg_id,
    "application_session_id": lambda event: event.call.session_id,
    "connection_id": lambda event: event.call.connection_id,
    "product": lambda event: event.call.product,
    "from": lambda event: event.call.sender,
    "to": lambda event: event.call.recipient,
    "name": lambda event: event.name,
    "type": lambda event: event.type,
    "status": lambda event: {"ended": "completed", "answered": "in_progress"}.get(event.call.status, "init"),
    "failed": lambda event: str(event.failed).lower(),
}


@routes.get("/call_events")
def list_events(request: Request) -> Reply:
    query, now = request.query, request.account.clock.now()
    kept = list(request.account.collection(CallEvent).values())
    events = [event for event in reversed(kept) if _fits(request, event)]
    if not query.text("filter[leg_id]") and not query.text("filter[application_session_id]"):
        events = [event for event in events if event.at > now - DAY_SECS]
    for operator, moment in _bounds(query).items():
        events = [event for event in events if OPERATORS[operator](event.at, moment)]
    return numbered(request, events, CallEvent.render)


def _fits(request: Request, event: CallEvent) -> bool:
    for name, read in MATCHES.items():
        wanted = request.query.text(f"filter[{name}]")
        if wanted is not None and wanted != read(event):
            return False
    connection = request.account.collection(Connection).get(event.call.connection_id)
    part = request.query.text("filter[application_name][contains]")
    if part is not None and (connection is None or part.lower() not in connection.name.lower()):
        return False
    profile_id = request.query.text("filter[outbound.outbound_voice_profile_id]")
    return profile_id is None or (connection is not None and profile_id == connection.outbound_voice_profile_id)


def _bounds(query: Query) -> dict[str, float]:
    """The moments of `filter[occurred_at][gt]` and its like."""
    bounds: dict[str, float] = {}
    for operator in OPERATORS:
        parameter = f"filter[occurred_at][{operator}]"
        moment = queried_moment(query, parameter)
        if moment is not None:
            bounds[operator] = moment
    return bounds
