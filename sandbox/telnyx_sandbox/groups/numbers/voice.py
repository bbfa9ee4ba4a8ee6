"""The voice settings of a phone number, and its emergency calling, which is charged when it is switched on."""

from decimal import Decimal

from ...errors import SandboxError
from ...reply import Reply, data
from ...request import Request
from ...routing import Routes
from ..requirements.addresses import Address
from .emergency import Emergency
from .phone_number import PhoneNumber

routes = Routes()

EMERGENCY_PRICE = Decimal("1.50")


@routes.get("/phone_numbers/{id}/voice")
def get_voice(request: Request) -> Reply:
    return data(render(request.account.find(PhoneNumber, request.id), request.account.clock.now()))


@routes.patch("/phone_numbers/{id}/voice")
def update_voice(request: Request) -> Reply:
    number = request.account.find(PhoneNumber, request.id)
    number.voice.change(request.body)
    number.updated_at = request.account.clock.now()
    return data(render(number, number.updated_at))


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
        account.charge(EMERGENCY_PRICE)
    number.emergency = Emergency(enabled, address_id, account.clock.now())
    return data(render(number, account.clock.now()))


def render(number: PhoneNumber, now: float) -> dict[str, object]:
    return {
        "record_type": "voice_settings",
        "id": number.id,
        "phone_number": number.phone_number,
        "connection_id": number.connection_id,
        "customer_reference": number.customer_reference,
        "emergency": number.emergency.render(now),
        **number.voice.render(),
    }
