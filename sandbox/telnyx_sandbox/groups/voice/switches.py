"""Calls under `/sandbox`: lets calls arrive, moves the other party, and decides who answers."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from ...account import Account
from ...errors import SandboxError
from ..connections.connection import Connection
from ..connections.kinds import TEXML
from ..numbers.phone_number import numbers_of
from .assistant import attend
from .call import Ending, Fields
from .calls import end, receive, touch
from .commands import live_call
from .gather import press
from .party import callees, scripted

Outcome = Literal[
    "human", "slow", "hangs_up", "machine", "machine_without_beep", "fax", "silence",
    "busy", "timeout", "no_answer", "rejected", "not_found", "unreachable",
]  # fmt: skip


class Arrival(BaseModel):
    """A call from outside to a number of the account of `key`."""

    model_config = ConfigDict(extra="forbid")

    key: str
    sender: Annotated[str, Field(alias="from")]
    recipient: Annotated[str, Field(alias="to")]
    rings_secs: Annotated[int, Field(ge=1, le=600)] = 30


class Deed(BaseModel):
    """An act of the other party of a call: it types `digits`, and then hangs up or stays."""

    model_config = ConfigDict(extra="forbid")

    key: str
    call_control_id: str
    digits: Annotated[str, Field(pattern=r"^[0-9#*]*$")] = ""
    hangs_up: bool = False


class Callee(BaseModel):
    """The party at `number` from now on, for the account of `key`; it types `digits` and says `speech` when asked."""

    model_config = ConfigDict(extra="forbid")

    key: str
    number: str
    outcome: Outcome = "human"
    digits: Annotated[str | None, Field(pattern=r"^[0-9#*]*$")] = None
    speech: str | None = None


def arrive(account: Account, arrival: Arrival) -> Fields:
    """Let the call arrive. Raises SandboxError if nobody would get it."""
    account.catch_up()
    now = account.clock.now()
    owned = [number for number in numbers_of(account) if number.phone_number == arrival.recipient]
    if not owned or owned[0].status(now) != "active" or owned[0].connection_id is None:
        raise SandboxError("10015", "'to' is no active number of this account on a connection.")
    connection_id = owned[0].connection_id
    connection = account.collection(Connection).get(connection_id)
    texml = connection is not None and connection.record_type == TEXML.record_type
    call = receive(
        account,
        connection_id=connection_id,
        sender=arrival.sender,
        recipient=arrival.recipient,
        product="texml" if texml else "call_control",
        timeout_secs=arrival.rings_secs,
    )
    if texml and connection is not None:
        attend(account, call, connection)
    return call.render(now)


def script(account: Account, callee: Callee) -> Fields:
    callees(account)[callee.number] = scripted(callee.outcome, callee.digits, callee.speech)
    return callee.model_dump(exclude={"key"})


def do(account: Account, deed: Deed) -> Fields:
    """Let the other party act. Raises SandboxError if the call is not going on."""
    account.catch_up()
    now = account.clock.now()
    call = live_call(account, deed.call_control_id, answered=bool(deed.digits))
    press(account, call, deed.digits, now)
    touch(account, call, now)
    if deed.hangs_up:
        cause = "normal_clearing" if call.answered_at or call.direction == "outgoing" else "originator_cancel"
        end(account, call, now, Ending(cause, call.other_side))
    return call.render(now)
