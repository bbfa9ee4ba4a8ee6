"""The voice side of a phone number."""

from ..reply import Reply, data
from ..request import Request
from ..routing import Routes
from .phone_number import PhoneNumber

routes = Routes()


@routes.get("/phone_numbers/{id}/voice")
def get_voice(request: Request) -> Reply:
    return data(_render(request.account.find(PhoneNumber, request.id)))


@routes.patch("/phone_numbers/{id}/voice")
def update_voice(request: Request) -> Reply:
    number = request.account.find(PhoneNumber, request.id)
    number.voice.change(request.body)
    number.updated_at = request.account.clock.now()
    return data(_render(number))


def _render(number: PhoneNumber) -> dict[str, object]:
    return {
        "record_type": "voice_settings",
        "id": number.id,
        "phone_number": number.phone_number,
        "connection_id": number.connection_id,
        "customer_reference": number.customer_reference,
        "emergency": {"emergency_enabled": False, "emergency_address_id": None, "emergency_status": "disabled"},
        **number.voice.render(),
    }
