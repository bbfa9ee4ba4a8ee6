"""The states of a call: dialled or arriving, ringing, answered, ended. Later changes are planned on the agenda."""

from collections.abc import Callable
from functools import partial

from ...account import Account, money
from ...clock import iso
from ..connections.connection import Connection
from . import costs
from .call import DEFAULT_TIME_LIMIT_SECS, DEFAULT_TIMEOUT_SECS, Call, Ending, Fields
from .events import report
from .party import RINGING_AFTER_SECS, party_at

KEPT_CALLS = 5_000

Starter = Callable[[Account, Call, float], None]


class WhenAnswered(tuple[Starter, ...]):
    """Functions to call, in order, when a call is answered. Each starts something if the call's settings ask for it."""

    __slots__ = ()


def place(
    account: Account,
    *,
    connection_id: str,
    sender: str,
    recipient: str,
    product: str = "call_control",
    timeout_secs: int = DEFAULT_TIMEOUT_SECS,
    time_limit_secs: int = DEFAULT_TIME_LIMIT_SECS,
    client_state: str | None = None,
    session_id: str | None = None,
    settings: Fields | None = None,
) -> Call:
    """Dial `recipient` now. Charges nothing yet and checks neither number (see `outbound_calls`).

    `settings` are those of `POST /calls`, under the same names: `record`, `assistant`, `answering_machine_detection`...
    """
    now = account.clock.now()
    call = _new(account, connection_id, "outgoing", sender, recipient, session_id)
    call.product, call.timeout_secs, call.time_limit_secs = product, timeout_secs, time_limit_secs
    call.client_state, call.settings = client_state, dict(settings or {})
    reserve_recording(account, call)
    _initiate(account, call, "outgoing", "bridging")
    # All of these are planned at once; each looks at the call's state when its time comes.
    account.agenda.plan(now + RINGING_AFTER_SECS, partial(_ring, call))
    failure = call.party.failure
    if failure is None:
        account.agenda.plan(now + call.party.answers_after_secs, partial(_pick_up, account, call))
    elif failure.after_secs is not None:
        ending = Ending(failure.cause, "callee", failure.sip_code)
        account.agenda.plan(now + failure.after_secs, partial(_fail, account, call, ending))
    account.agenda.plan(now + timeout_secs, partial(_fail, account, call, Ending("timeout", "caller", "487")))
    return call


def receive(
    account: Account,
    *,
    connection_id: str,
    sender: str,
    recipient: str,
    product: str = "call_control",
    timeout_secs: int = DEFAULT_TIMEOUT_SECS,
) -> Call:
    """Let a call arrive. It waits for an answer until the caller gives up."""
    now = account.clock.now()
    call = _new(account, connection_id, "incoming", sender, recipient, None)
    call.timeout_secs = timeout_secs
    call.product, call.ringing_at = product, now
    _initiate(account, call, "incoming", "parked")
    gives_up = Ending("originator_cancel", "caller", "487")
    account.agenda.plan(now + call.timeout_secs, partial(_fail, account, call, gives_up))
    return call


def answer(account: Account, call: Call, moment: float) -> None:
    """Answer the call: from now on both sides hear each other."""
    call.answered_at = moment
    call.keep_until(moment)
    report(account, call, "call.answered", moment, state="answered", start_time=iso(call.created_at))
    for start in account.hook(WhenAnswered):
        start(account, call, moment)
    account.agenda.plan(moment + call.time_limit_secs, partial(_limit, account, call))
    account.agenda.plan(moment + call.party.stays_secs, partial(_leave, account, call))


def end(account: Account, call: Call, moment: float, ending: Ending) -> None:
    """End the call and everything that is going on in it. Does nothing if it has ended already."""
    if call.ended:
        return
    # Set first: what is closed below may end other calls, which in turn try to end this one. A copy is iterated because
    # closing one thing may take others out of the dict.
    call.ended_at, call.ending = moment, ending
    for close in list(call.closing.values()):
        close(moment)
    call.closing.clear()
    report(
        account,
        call,
        "call.hangup",
        moment,
        state="hangup",
        start_time=iso(call.created_at),
        hangup_cause=ending.cause,
        hangup_source=ending.source,
        sip_hangup_cause=ending.sip_code,
    )
    _pay(account, call, moment)


def active_calls(account: Account) -> list[Call]:
    return [call for call in account.collection(Call).values() if not call.ended]


def peer_of(account: Account, call: Call) -> Call | None:
    """The leg that it is bridged to."""
    return None if call.peer_id is None else account.collection(Call).get(call.peer_id)


def touch(account: Account, call: Call, moment: float) -> None:
    """Record activity on the call, so that its parties do not hang up."""
    call.keep_until(moment)
    peer = peer_of(account, call)
    if peer is not None:
        peer.keep_until(moment)


def reserve_recording(account: Account, call: Call) -> str | None:
    """The id of the recording that begins with the answer, or None if the call's settings ask for none."""
    if call.settings.get("record") != "record-from-answer":
        return None
    recording_id = account.ids.uuid("recording")
    call.settings["recording_id"] = recording_id
    return recording_id


def _new(
    account: Account, connection_id: str, direction: str, sender: str, recipient: str, session_id: str | None
) -> Call:
    ids = account.ids
    other = recipient if direction == "outgoing" else sender
    call = Call(
        id=f"v3:{ids.uuid('call').replace('-', '')}{ids.uuid('call_token').replace('-', '')}",
        leg_id=ids.uuid("call_leg"),
        session_id=session_id or ids.uuid("call_session"),
        connection_id=connection_id,
        direction=direction,
        sender=sender,
        recipient=recipient,
        party=party_at(account, other),
        created_at=account.clock.now(),
    )
    kept = account.collection(Call)
    kept[call.id] = call
    while len(kept) > KEPT_CALLS:
        del kept[next(iter(kept))]
    return call


def _initiate(account: Account, call: Call, direction: str, state: str) -> None:
    owner: Fields = {"account_sid": account.ids.owner_id} if call.product == "texml" else {}
    at = call.created_at
    report(account, call, "call.initiated", at, direction=direction, state=state, start_time=iso(at), **owner)


def _pay(account: Account, call: Call, moment: float) -> None:
    """Take the cost from the balance, and report it if the connection asks for that."""
    costs.settle(account, call)
    connection = account.collection(Connection).get(call.connection_id)
    if connection is not None and connection.settings.get("call_cost_in_webhooks"):
        report(
            account,
            call,
            "call.cost",
            moment,
            status="success",
            total_cost=money(costs.cost_of(call)),
            billed_duration_secs=costs.billed_secs(call),
            occurred_at=iso(moment),
        )


def _ring(call: Call, moment: float) -> None:
    if call.status == "initiated":
        call.ringing_at = moment


def _pick_up(account: Account, call: Call, moment: float) -> None:
    if call.status == "ringing":
        answer(account, call, moment)


def _fail(account: Account, call: Call, ending: Ending, moment: float) -> None:
    if call.answered_at is None:
        end(account, call, moment, ending)


def _limit(account: Account, call: Call, moment: float) -> None:
    end(account, call, moment, Ending("time_limit", "unknown"))


def _leave(account: Account, call: Call, moment: float) -> None:
    """The other party hangs up, unless something has happened since."""
    leaves_at = call.active_at + call.party.stays_secs
    if call.party.patient and leaves_at > moment:
        if not call.ended:
            account.agenda.plan(leaves_at, partial(_leave, account, call))
        return
    end(account, call, moment, Ending("normal_clearing", call.other_side))
