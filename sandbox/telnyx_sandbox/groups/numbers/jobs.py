"""Bulk jobs. All numbers change at once, but the job reports ten more as done every second."""

from collections.abc import Callable
from dataclasses import dataclass

from ...account import Account
from ...body import Body
from ...clock import iso
from ...errors import SandboxError
from ...pages import numbered
from ...query import Query
from ...reply import Reply, data
from ...request import Request
from ...routing import Routes
from .phone_number import PhoneNumber, numbers_of
from .phone_numbers import change, release

routes = Routes()

NUMBERS_PER_SEC = 10
MOST_NUMBERS = 1_000

Operation = dict[str, object]


@dataclass(frozen=True, slots=True)
class Job:
    """`operations` are in the order of the request; those with `errors` fail."""

    id: str
    type: str
    parameters: dict[str, object]
    operations: tuple[Operation, ...]
    created_at: float

    def render(self, now: float) -> dict[str, object]:
        done = min(len(self.operations), int((now - self.created_at) * NUMBERS_PER_SEC))
        reported = self.operations[:done]
        finished_at = self.created_at + done / NUMBERS_PER_SEC
        return {
            "record_type": "phone_numbers_job",
            "id": self.id,
            "type": self.type,
            "status": "completed" if done == len(self.operations) else "in_progress" if done else "pending",
            "parameters": self.parameters,
            "phone_numbers": [_named(operation) for operation in self.operations],
            "pending_operations": [_named(operation) for operation in self.operations[done:]],
            "successful_operations": [operation for operation in reported if "errors" not in operation],
            "failed_operations": [operation for operation in reported if "errors" in operation],
            "created_at": iso(self.created_at),
            "updated_at": iso(finished_at),
        }


@routes.post("/phone_numbers/jobs/update_phone_numbers")
def update_numbers(request: Request) -> Reply:
    account, body = request.account, request.body
    voice = body.object("voice")

    def update(number: PhoneNumber) -> None:
        change(account, number, body)
        if voice is not None:
            number.voice.change(voice)

    return _start(request, "update_phone_numbers", update)


@routes.post("/phone_numbers/jobs/delete_phone_numbers")
def delete_numbers(request: Request) -> Reply:
    return _start(request, "delete_phone_numbers", lambda number: release(request.account, number))


@routes.get("/phone_numbers/jobs")
def list_jobs(request: Request) -> Reply:
    now = request.account.clock.now()
    newest_first = reversed(request.account.collection(Job).values())
    jobs = [job for job in newest_first if _matches(request.query, job, now)]
    return numbered(request, jobs, lambda job: job.render(now))


@routes.get("/phone_numbers/jobs/{id}")
def show(request: Request) -> Reply:
    return data(request.account.find(Job, request.id).render(request.account.clock.now()))


def _start(request: Request, kind: str, perform: Callable[[PhoneNumber], object]) -> Reply:
    account, now = request.account, request.account.clock.now()
    operations = tuple(_operation(number, perform) for number in _named_numbers(account, request.body))
    parameters: dict[str, object] = {name: request.body.text(name) for name in ("customer_reference", "connection_id")}
    parameters["phone_numbers"] = [operation["phone_number"] for operation in operations]
    job = Job(account.ids.uuid("phone_numbers_job"), kind, parameters, operations, now)
    account.collection(Job)[job.id] = job
    return data(job.render(now))


def _named_numbers(account: Account, body: Body) -> list[PhoneNumber]:
    """The numbers of the body, by id or in E.164."""
    names = body.texts("phone_numbers") or []
    if not 1 <= len(names) <= MOST_NUMBERS:
        raise SandboxError("10015", f"A job takes 1 to {MOST_NUMBERS} numbers.", pointer="/phone_numbers")
    known = account.collection(PhoneNumber) | {number.phone_number: number for number in numbers_of(account)}
    unknown = next((place for place, name in enumerate(names) if name not in known), None)
    if unknown is not None:
        raise SandboxError("10017", "No such phone number.", pointer=f"/phone_numbers/{unknown}")
    return [known[name] for name in names]


def _operation(number: PhoneNumber, perform: Callable[[PhoneNumber], object]) -> Operation:
    operation: Operation = {"id": number.id, "phone_number": number.phone_number}
    try:
        perform(number)
    except SandboxError as error:
        return {**operation, **error.payload}
    return operation


def _named(operation: Operation) -> Operation:
    return {"id": operation["id"], "phone_number": operation["phone_number"]}


def _matches(query: Query, job: Job, now: float) -> bool:
    statuses = query.many("filter[status]")
    reference = query.text("filter[customer_reference]")
    return (
        query.text("filter[type]") in (None, job.type)
        and (not statuses or job.render(now)["status"] in statuses)
        and reference in (None, job.parameters.get("customer_reference"))
    )
