"""An order of numbers. A number without requirements succeeds a second later; one with requirements once every value
was given and reviewed for a second."""

import math
from dataclasses import dataclass, field

from ...account import Account
from ...clock import iso
from ..requirements.values import Values, give, is_complete, render_values
from .offers import Offer
from .phone_number import ACTIVE_AFTER_SECS, PhoneNumber

REVIEW_SECS = 1.0


@dataclass(slots=True)
class Line:
    """One number of an order. `met_at` is the approval of its requirements, infinity while values are missing."""

    id: str
    offer: Offer
    number_id: str
    values: Values
    met_at: float

    @property
    def done_at(self) -> float:
        return self.met_at + ACTIVE_AFTER_SECS

    def requirements_status(self, now: float) -> str:
        if now >= self.met_at:
            return "approved"
        return "requirement-info-under-review" if is_complete(self.values) else "requirement-info-pending"

    def give(self, account: Account, given: dict[str, str]) -> None:
        give(self.values, given)
        if is_complete(self.values) and math.isinf(self.met_at):
            self.met_at = account.clock.now() + REVIEW_SECS
            number = account.collection(PhoneNumber).get(self.number_id)
            if number is not None:
                number.active_at = self.done_at

    def render(self, now: float) -> dict[str, object]:
        block = self.offer.block
        return {
            "record_type": "number_order_phone_number",
            "id": self.id,
            "phone_number": self.offer.number,
            "phone_number_type": block.kind,
            "country_code": block.country,
            "country_iso_alpha2": block.country,
            "status": "success" if now >= self.done_at else "pending",
            "requirements_met": now >= self.met_at,
            "requirements_status": self.requirements_status(now),
            "regulatory_requirements": render_values(self.values),
            "bundle_id": None,
        }


@dataclass(slots=True)
class NumberOrder:
    id: str
    connection_id: str | None
    messaging_profile_id: str | None
    billing_group_id: str | None
    customer_reference: str | None
    created_at: float
    lines: list[Line] = field(default_factory=list)

    @property
    def done_at(self) -> float:
        return max(line.done_at for line in self.lines)

    def status(self, now: float) -> str:
        return "success" if now >= self.done_at else "pending"

    def requirements_met(self, now: float) -> bool:
        return all(now >= line.met_at for line in self.lines)

    def render(self, now: float) -> dict[str, object]:
        status = self.status(now)
        return {
            "record_type": "number_order",
            "id": self.id,
            "status": status,
            "phone_numbers_count": len(self.lines),
            "phone_numbers": [line.render(now) for line in self.lines],
            "sub_number_orders_ids": [],
            "requirements_met": self.requirements_met(now),
            "connection_id": self.connection_id,
            "messaging_profile_id": self.messaging_profile_id,
            "billing_group_id": self.billing_group_id,
            "customer_reference": self.customer_reference,
            "created_at": iso(self.created_at),
            "updated_at": iso(self.done_at if status == "success" else self.created_at),
        }
