"""Answering, rejecting and ending a call."""

from ...errors import SandboxError
from ...reply import Reply, data
from ...request import Request
from .call import Ending, Fields
from .calls import answer, end, reserve_recording
from .commands import Command, CommandRoutes, live_call, require_client_state

routes = CommandRoutes()

REJECTIONS = {
    "CALL_REJECTED": ("call_rejected", "603"),
    "NOT_FOUND": ("not_found", "404"),
    "TEMPORARILY_UNAVAILABLE": ("unspecified", "480"),
    "USER_BUSY": ("user_busy", "486"),
}


@routes.command("answer", answered=False)
def answer_call(command: Command) -> Fields | None:
    _require_unanswered(command)
    command.call.settings |= command.fields
    recording_id = reserve_recording(command.account, command.call)
    answer(command.account, command.call, command.now)
    return None if recording_id is None else {"recording_id": recording_id}


@routes.command("reject", answered=False)
def reject_call(command: Command) -> None:
    _require_unanswered(command)
    cause, sip_code = REJECTIONS[command.body.required_text("cause")]
    end(command.account, command.call, command.now, Ending(cause, "callee", sip_code))


@routes.command("hangup", answered=False)
def hang_up(command: Command) -> None:
    call = command.call
    if call.answered_at is None and call.direction == "outgoing":
        ending = Ending("originator_cancel", "caller", "487")
    else:
        ending = Ending("normal_clearing", call.own_side)
    end(command.account, call, command.now, ending)


@routes.put("/calls/{call_control_id}/actions/client_state_update")
def update_client_state(request: Request) -> Reply:
    call = live_call(request.account, request.ids["call_control_id"], answered=False)
    request.body.required_text("client_state")
    call.client_state = require_client_state(request.body)
    return data({"result": "ok"})


def _require_unanswered(command: Command) -> None:
    if command.call.direction != "incoming":
        raise SandboxError("90102", pointer="/call_control_id")
    if command.call.answered_at is not None:
        raise SandboxError("90102", "The call has been answered already.", pointer="/call_control_id")
