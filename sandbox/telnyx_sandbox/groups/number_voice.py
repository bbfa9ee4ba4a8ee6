"""The voice side of a phone number."""

from ..reply import Reply, data
from ..request import Request
from ..routing import Routes
from .phone_number import PhoneNumber

routes = Routes()


@routes.get("/phone_numbers/{id}/voice")
def get_voice(request: Request) -> Reply:
    return data(render(request.account.find(PhoneNumber, request.id), request.account.clock.now()))


@routes.patch("/phone_numbers/{id}/voice")
def update_voice(request: Request) -> Reply:
    number = request.account.find(PhoneNumber, request.id)
    number.voice.change(request.body)
    number.updated_at = request.account.clock.now()
    return data(render(number, number.updated_at))


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
