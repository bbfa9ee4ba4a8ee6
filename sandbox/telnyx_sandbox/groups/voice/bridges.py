"""Bridges between two legs: made by command, or by a transfer when the new leg is answered."""

from collections.abc import Callable
from functools import partial

from ...account import Account
from ...errors import SandboxError
from .call import DEFAULT_TIME_LIMIT_SECS, DEFAULT_TIMEOUT_SECS, Call, Ending
from .calls import answer, end, peer_of
from .commands import Command, CommandRoutes, live_call
from .events import report
from .outbound_calls import dial
from .party import party_at
from .queue import first_in

routes = CommandRoutes()

REFERRED_AFTER_SECS = 1.0


@routes.command("bridge", answered=False, parameter="call_control_id_to_bridge")
def bridge_calls(command: Command) -> None:
    account, body, call = command.account, command.body, command.call
    queue_name = body.text("queue")
    if queue_name is None:
        other = live_call(account, body.required_text("call_control_id"), answered=False)
    else:
        other = first_in(account, queue_name, command.now)
    if other is call:
        raise SandboxError("10015", "A call cannot be bridged with itself.", pointer="/call_control_id")
    if body.flag("prevent_double_bridge") and (call.peer_id or other.peer_id):
        raise SandboxError("10027", "One of the calls is bridged already.", pointer="/prevent_double_bridge")
    for leg in (call, other):
        _answer_arrived(account, leg, command.now)
    call.settings["park_after_unbridge"] = body.text("park_after_unbridge")
    bridge(account, call, other, command.now)


@routes.command("transfer", answered=False)
def transfer(command: Command) -> None:
    account, body, call = command.account, command.body, command.call
    if call.answered_at is None and call.direction == "outgoing":
        raise SandboxError("90034")
    own_number = call.sender if call.direction == "outgoing" else call.recipient
    timeout_secs = body.integer("timeout_secs") or DEFAULT_TIMEOUT_SECS
    (leg,) = dial(
        account,
        connection_id=call.connection_id,
        sender=body.text("from") or own_number,
        recipients=[body.required_text("to")],
        product=call.product,
        timeout_secs=timeout_secs,
        time_limit_secs=body.integer("time_limit_secs") or DEFAULT_TIME_LIMIT_SECS,
        client_state=body.text("target_leg_client_state"),
        session_id=call.session_id,
        settings={**command.fields, "park_after_unbridge": None},
    )
    leg.bridges_to = call
    call.settings["park_after_unbridge"] = body.text("park_after_unbridge")
    call.keep_until(command.now + timeout_secs)
    call.closing[f"transfer {leg.id}"] = partial(_give_up, account, leg)


@routes.command("refer")
def refer(command: Command) -> None:
    account, call = command.account, command.call
    address = command.body.required_text("sip_address")
    if not address.startswith(("sip:", "sips:")):
        raise SandboxError("10015", "'sip_address' is a SIP URI.", pointer="/sip_address")
    report(account, call, "call.refer.started", command.now, sip_notify_response=100)
    failure = party_at(account, address).failure
    happening: Callable[[float], None] = partial(_referred, account, call, failure.sip_code if failure else None)
    account.agenda.plan(command.now + REFERRED_AFTER_SECS, happening)


def bridge(account: Account, call: Call, other: Call, moment: float) -> None:
    """Connect two answered legs; each leaves the leg it was bridged to before."""
    for leg in (call, other):
        _unbridge(account, leg, moment)
    call.peer_id, other.peer_id = other.id, call.id
    for leg in (call, other):
        leg.keep_until(moment)
        leg.closing["bridge"] = partial(_unbridge, account, leg)
        report(account, leg, "call.bridged", moment)


def _unbridge(account: Account, leg: Call, moment: float) -> None:
    """Take the leg off its bridge; the other leg ends, unless it is to be parked."""
    other = peer_of(account, leg)
    leg.closing.pop("bridge", None)
    leg.peer_id = None
    if other is None:
        return
    other.closing.pop("bridge", None)
    other.peer_id = None
    if other.settings.get("park_after_unbridge") == "self":
        other.active_at = moment
    else:
        end(account, other, moment, Ending("normal_clearing", other.own_side))


def _answer_arrived(account: Account, leg: Call, moment: float) -> None:
    if leg.answered_at is None:
        if leg.direction == "outgoing":
            raise SandboxError("90034")
        answer(account, leg, moment)


def bridge_when_answered(account: Account, leg: Call, moment: float) -> None:
    other = leg.bridges_to
    if other is None:
        return
    # The transfer has succeeded, so the end of the other call must no longer cancel this leg.
    other.closing.pop(f"transfer {leg.id}", None)
    if other.ended:
        end(account, leg, moment, Ending("normal_clearing", leg.own_side))
        return
    if other.answered_at is None:
        answer(account, other, moment)
    bridge(account, other, leg, moment)


def _give_up(account: Account, leg: Call, moment: float) -> None:
    """Hang up the new leg if the call ended before its transfer was answered."""
    if leg.answered_at is None:
        end(account, leg, moment, Ending("originator_cancel", "caller", "487"))


def _referred(account: Account, call: Call, sip_code: str | None, moment: float) -> None:
    if call.ended:
        return
    if sip_code is not None:
        report(account, call, "call.refer.failed", moment, sip_notify_response=int(sip_code))
        return
    report(account, call, "call.refer.completed", moment, sip_notify_response=200)
    end(account, call, moment, Ending("normal_clearing", call.other_side))
