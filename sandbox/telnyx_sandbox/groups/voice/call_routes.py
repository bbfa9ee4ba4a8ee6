"""Dialling calls, and looking up their state."""

from ...account import Account
from ...errors import SandboxError
from ...pages import numbered
from ...reply import Reply, data
from ...request import Request
from ...routing import Routes
from ..connections.connection import Connection
from ..connections.kinds import CALL_CONTROL
from .call import DEFAULT_TIME_LIMIT_SECS, DEFAULT_TIMEOUT_SECS, Call, Fields
from .calls import active_calls
from .commands import listed_fields, require_client_state
from .events import note
from .outbound_calls import dial, require_kind

routes = Routes()


class DialReplies(dict[str, Fields]):
    """Answers to `POST /calls` by `command_id`, of one account."""


@routes.post("/calls")
def dial_call(request: Request) -> Reply:
    account, body = request.account, request.body
    command_id, replies = body.text("command_id"), account.collection(DialReplies).setdefault("", DialReplies())
    if command_id is not None and command_id in replies:
        return data(replies[command_id])
    fields = request.json if isinstance(request.json, dict) else {}
    recipients = fields.get("to")
    require_kind(account, body.required_text("connection_id"), CALL_CONTROL)
    calls = dial(
        account,
        connection_id=body.required_text("connection_id"),
        sender=body.required_text("from"),
        recipients=recipients if isinstance(recipients, list) else [body.required_text("to")],
        timeout_secs=body.integer("timeout_secs") or DEFAULT_TIMEOUT_SECS,
        time_limit_secs=body.integer("time_limit_secs") or DEFAULT_TIME_LIMIT_SECS,
        client_state=require_client_state(body),
        session_id=_linked(request),
        settings=fields,
    )
    for call in calls:
        note(account, call, "dial", call.created_at, listed_fields(fields))
    if body.flag("bridge_on_answer"):
        for call in calls:
            call.bridges_to = account.collection(Call).get(body.text("link_to") or "")
    reply = {**calls[0].render(calls[0].created_at), "is_alive": False}
    if "recording_id" in calls[0].settings:
        reply["recording_id"] = calls[0].settings["recording_id"]
    if command_id is not None:
        replies[command_id] = reply
    return data(reply)


@routes.get("/calls/{call_control_id}")
def get_call(request: Request) -> Reply:
    now = request.account.clock.now()
    call = request.account.find(Call, request.ids["call_control_id"])
    if call.forgotten(now):
        raise SandboxError("10005", "The call ended more than 10 minutes ago.")
    return data(call.render(now))


@routes.get("/connections/{connection_id}/active_calls")
def list_active_calls(request: Request) -> Reply:
    connection_id, now = request.ids["connection_id"], request.account.clock.now()
    request.account.find(Connection, connection_id)
    calls = [call for call in active_calls(request.account) if call.connection_id == connection_id]
    return numbered(request, calls, lambda call: _active(call, now))


def _active(call: Call, now: float) -> Fields:
    hidden = ("is_alive", "start_time", "end_time")
    return {name: value for name, value in call.render(now).items() if name not in hidden}


def _linked(request: Request) -> str | None:
    """The session of the call that the new one is linked to."""
    link = request.body.text("link_to")
    call = request.account.collection(Call).get(link or "")
    return None if call is None else call.session_id


def blocks_deletion(account: Account, connection: Connection) -> str | None:
    going_on = any(call.connection_id == connection.id for call in active_calls(account))
    return "Calls of this connection are going on." if going_on else None
