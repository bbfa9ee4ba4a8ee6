"""Numbers held for half an hour, free of charge; extended twice at most, by half an hour each."""

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
from ..inventory.blocks import block_of
from .phone_number import numbers_of

routes = Routes()

HOLD_SECS = 30 * 60
MOST_EXTENSIONS = 2
MOST_HELD = 50
FILTERS = (
    "filter[status]", "filter[customer_reference]", "filter[phone_numbers.phone_number]",
    "filter[created_at][gt]", "filter[created_at][lt]",
)  # fmt: skip


@dataclass(slots=True)
class Reservation:
    """`line_ids` are the ids of the numbers within it, in their order."""

    id: str
    numbers: tuple[str, ...]
    line_ids: tuple[str, ...]
    customer_reference: str | None
    created_at: float
    updated_at: float
    expires_at: float
    extensions: int = 0

    def render(self) -> dict[str, object]:
        times = {"created_at": iso(self.created_at), "updated_at": iso(self.updated_at)}
        return {
            "record_type": "number_reservation",
            "id": self.id,
            "status": "success",
            "customer_reference": self.customer_reference,
            "phone_numbers": [
                {
                    "record_type": "reserved_phone_number",
                    "id": line_id,
                    "phone_number": number,
                    "status": "success",
                    "expired_at": iso(self.expires_at),
                    **times,
                }
                for line_id, number in zip(self.line_ids, self.numbers, strict=True)
            ],
            **times,
        }


def held_numbers(account: Account) -> set[str]:
    """The numbers that unexpired reservations hold."""
    now = account.clock.now()
    reservations = account.collection(Reservation).values()
    return {number for each in reservations if now < each.expires_at for number in each.numbers}


@routes.post("/number_reservations")
def create(request: Request) -> Reply:
    account, now = request.account, request.account.clock.now()
    numbers = _available(account, request.body)
    reservation = Reservation(
        id=account.ids.uuid("number_reservation"),
        numbers=numbers,
        line_ids=tuple(account.ids.uuid("reserved_phone_number") for _ in numbers),
        customer_reference=request.body.text("customer_reference"),
        created_at=now,
        updated_at=now,
        expires_at=now + HOLD_SECS,
    )
    account.collection(Reservation)[reservation.id] = reservation
    return data(reservation.render())


@routes.get("/number_reservations")
def list_reservations(request: Request) -> Reply:
    request.query.filters(*FILTERS)
    newest_first = reversed(request.account.collection(Reservation).values())
    found = [each for each in newest_first if _matches(request.query, each)]
    return numbered(request, found, Reservation.render)


@routes.get("/number_reservations/{id}")
def show(request: Request) -> Reply:
    return data(request.account.find(Reservation, request.id).render())


@routes.post("/number_reservations/{id}/actions/extend")
def extend(request: Request) -> Reply:
    reservation, now = request.account.find(Reservation, request.id), request.account.clock.now()
    if now >= reservation.expires_at:
        raise SandboxError("10015", "The reservation has expired.")
    if reservation.extensions == MOST_EXTENSIONS:
        raise SandboxError("85008")
    reservation.extensions += 1
    reservation.expires_at += HOLD_SECS
    reservation.updated_at = now
    return data(reservation.render())


def _available(account: Account, body: Body) -> tuple[str, ...]:
    held, owned = held_numbers(account), {number.phone_number for number in numbers_of(account)}
    numbers: dict[str, None] = {}
    for line in body.objects("phone_numbers"):
        number, pointer = line.required_text("phone_number"), line.pointer("phone_number")
        if number in owned or block_of(number) is None:
            raise SandboxError("85001", pointer=pointer)
        if number in held or number in numbers:
            raise SandboxError("85006", pointer=pointer)
        numbers[number] = None
    if not numbers:
        raise SandboxError("10004", "Reserve at least one number.", pointer="/phone_numbers")
    if len(held) + len(numbers) > MOST_HELD:
        raise SandboxError("85007")
    return tuple(numbers)


def _matches(query: Query, reservation: Reservation) -> bool:
    after, before = query.text("filter[created_at][gt]"), query.text("filter[created_at][lt]")
    number, created_at = query.text("filter[phone_numbers.phone_number]"), iso(reservation.created_at)
    return (
        query.text("filter[status]") in (None, "success")
        and query.text("filter[customer_reference]") in (None, reservation.customer_reference)
        and (number is None or number in reservation.numbers)
        and (after is None or created_at > after)
        and (before is None or created_at < before)
    )
