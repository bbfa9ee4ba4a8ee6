"""Switching emergency calling of a number on and off. Switching on is charged."""

from decimal import Decimal

from ..errors import SandboxError
from ..reply import Reply, data
from ..request import Request
from ..routing import Routes
from .addresses import Address
from .emergency import Emergency
from .number_voice import render
from .phone_number import PhoneNumber

routes = Routes()

PRICE = Decimal("1.50")


@routes.post("/phone_numbers/{id}/actions/enable_emergency")
def enable_emergency(request: Request) -> Reply:
    account, body = request.account, request.body
    number = account.find(PhoneNumber, request.id)
    address_id = body.required_text("emergency_address_id")
    enabled = body.flag("emergency_enabled") or False
    if address_id not in account.collection(Address):
        raise SandboxError("10017", "No such address.", pointer="/emergency_address_id")
    if enabled and "emergency" not in number.block.features:
        raise SandboxError("10027", "This number cannot make emergency calls.")
    if enabled and not number.emergency.enabled:
        account.charge(PRICE)
    number.emergency = Emergency(enabled, address_id, account.clock.now())
    return data(render(number, account.clock.now()))
