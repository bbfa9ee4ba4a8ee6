"""What `/sandbox` changes about calls: calls that arrive, and who answers those that are dialled."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from ...account import Account
from ...errors import SandboxError
from ..connections.connection import Connection
from ..connections.kinds import TEXML
from ..phone_number import numbers_of
from .call import Fields
from .calls import receive
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


class Callee(BaseModel):
    """Who is at `number` from now on, for the account of `key`; `digits` are typed and `speech` is said when asked."""

    model_config = ConfigDict(extra="forbid")

    key: str
    number: str
    outcome: Outcome = "human"
    digits: Annotated[str | None, Field(pattern=r"^[0-9#*]*$")] = None
    speech: str | None = None


def arrive(account: Account, arrival: Arrival) -> Fields:
    """The call that waits to be answered. Raises SandboxError when nobody would get it."""
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
    )
    return call.render(now)


def script(account: Account, callee: Callee) -> Fields:
    callees(account)[callee.number] = scripted(callee.outcome, callee.digits, callee.speech)
    return callee.model_dump(exclude={"key"})
