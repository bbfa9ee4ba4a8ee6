"""Queues, in which calls wait to be bridged."""

from dataclasses import dataclass, field
from functools import partial

from ...account import Account
from ...clock import iso
from ...errors import SandboxError
from .call import Call, Fields
from .commands import Command, CommandRoutes
from .events import report

routes = CommandRoutes()

DEFAULT_MAX_SIZE = 100
PATIENCE_SECS = 600.0
"""The longest wait in a queue."""


@dataclass(slots=True, eq=False)
class Waiting:
    """A call in a queue. With `keep_after_hangup` it stays in the queue after its end."""

    call: Call
    enqueued_at: float
    keep_after_hangup: bool = False


@dataclass(slots=True, eq=False)
class Queue:
    id: str
    name: str
    max_size: int
    created_at: float
    updated_at: float
    waiting: list[Waiting] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    """The waiting times of calls that have left the queue."""

    @property
    def average_wait_secs(self) -> int:
        return int(sum(self.waits) / len(self.waits)) if self.waits else 0

    def render(self) -> Fields:
        return {
            "record_type": "queue",
            "id": self.id,
            "name": self.name,
            "max_size": self.max_size,
            "current_size": len(self.waiting),
            "average_wait_time_secs": self.average_wait_secs,
            "created_at": iso(self.created_at),
            "updated_at": iso(self.updated_at),
        }

    def render_call(self, waiting: Waiting, now: float) -> Fields:
        call = waiting.call
        return {
            "record_type": "queue_call",
            "call_control_id": call.id,
            "call_leg_id": call.leg_id,
            "call_session_id": call.session_id,
            "connection_id": call.connection_id,
            "from": call.sender,
            "to": call.recipient,
            "queue_id": self.id,
            "queue_position": self.waiting.index(waiting) + 1,
            "enqueued_at": iso(waiting.enqueued_at),
            "wait_time_secs": int(now - waiting.enqueued_at),
            "is_alive": not call.ended,
        }


@routes.command("enqueue", answered=False)
def enqueue(command: Command) -> None:
    account, body, call = command.account, command.body, command.call
    queue = _wanted(account, body.required_text("queue_name"), body.integer("max_size"))
    if queue_of(account, call) is not None:
        raise SandboxError("90038")
    if len(queue.waiting) >= queue.max_size:
        raise SandboxError("90036")
    waiting = Waiting(call, command.now, body.flag("keep_after_hangup") or False)
    queue.waiting.append(waiting)
    position, average = len(queue.waiting), queue.average_wait_secs
    told: Fields = {"queue": queue.name, "current_position": position, "queue_avg_wait_time_secs": average}
    report(account, call, "call.enqueued", command.now, **told)
    patience = body.integer("max_wait_time_secs") or PATIENCE_SECS
    call.keep_until(command.now + patience)
    call.closing["queue"] = partial(_hang_up, account, queue, waiting)
    account.agenda.plan(command.now + patience, partial(_time_out, account, queue, waiting))


@routes.command("leave_queue", answered=False)
def leave_queue(command: Command) -> None:
    queue = queue_of(command.account, command.call)
    if queue is None:
        raise SandboxError("90035")
    remove(command.account, queue, entry_of(queue, command.call.id), "leave", command.now)


def create(account: Account, name: str, max_size: int | None) -> Queue:
    now = account.clock.now()
    queue = Queue(account.ids.uuid("queue"), name, max_size or DEFAULT_MAX_SIZE, now, now)
    account.collection(Queue)[name] = queue
    return queue


def queue_of(account: Account, call: Call) -> Queue | None:
    """The queue that the call waits in, or None."""
    for queue in account.collection(Queue).values():
        if any(waiting.call is call for waiting in queue.waiting):
            return queue
    return None


def entry_of(queue: Queue, call_id: str) -> Waiting:
    for waiting in queue.waiting:
        if waiting.call.id == call_id:
            return waiting
    raise SandboxError("10005", "The call is not in this queue.")


def first_in(account: Account, name: str, now: float) -> Call:
    """Take the call that has waited longest out of the queue. Raises SandboxError if nobody waits."""
    queue = account.collection(Queue).get(name)
    alive = [] if queue is None else [waiting for waiting in queue.waiting if not waiting.call.ended]
    if queue is None or not alive:
        raise SandboxError("10005", "Nobody waits in this queue.", pointer="/queue")
    remove(account, queue, alive[0], "bridged", now)
    return alive[0].call


def remove(account: Account, queue: Queue, waiting: Waiting, reason: str, moment: float) -> None:
    position = queue.waiting.index(waiting) + 1
    queue.waiting.remove(waiting)
    queue.waits.append(moment - waiting.enqueued_at)
    waiting.call.closing.pop("queue", None)
    waiting.call.active_at = moment
    wait_secs = int(moment - waiting.enqueued_at)
    told: Fields = {"queue": queue.name, "queue_position": position, "wait_time_secs": wait_secs, "reason": reason}
    report(account, waiting.call, "call.dequeued", moment, **told)


def _wanted(account: Account, name: str, max_size: int | None) -> Queue:
    queue = account.collection(Queue).get(name)
    if queue is None:
        return create(account, name, max_size)
    if max_size not in (None, queue.max_size):
        raise SandboxError("90037", pointer="/max_size")
    return queue


def _hang_up(account: Account, queue: Queue, waiting: Waiting, moment: float) -> None:
    if not waiting.keep_after_hangup and waiting in queue.waiting:
        remove(account, queue, waiting, "hangup", moment)


def _time_out(account: Account, queue: Queue, waiting: Waiting, moment: float) -> None:
    if waiting in queue.waiting and not waiting.call.ended:
        remove(account, queue, waiting, "timeout", moment)
