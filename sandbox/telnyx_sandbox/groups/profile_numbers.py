"""The numbers on a messaging profile: which they are, and what becomes of them when the profile goes."""

from ..pages import numbered
from ..reply import Reply, data
from ..request import Request
from ..routing import Routes
from .messaging_profiles import MessagingProfile
from .number_messaging import render
from .phone_number import PhoneNumber, numbers_of

routes = Routes()


@routes.get("/messaging_profiles/{id}/phone_numbers")
def list_numbers(request: Request) -> Reply:
    return numbered(request, _numbers_on(request), lambda number: render(request, number))


@routes.delete("/messaging_profiles/{id}")
def delete_profile(request: Request) -> Reply:
    profile = request.account.find(MessagingProfile, request.id)
    for number in _numbers_on(request):
        number.messaging_profile_id = None
    del request.account.collection(MessagingProfile)[profile.id]
    return data(profile.render())


def _numbers_on(request: Request) -> list[PhoneNumber]:
    profile = request.account.find(MessagingProfile, request.id)
    return [number for number in numbers_of(request.account) if number.messaging_profile_id == profile.id]
