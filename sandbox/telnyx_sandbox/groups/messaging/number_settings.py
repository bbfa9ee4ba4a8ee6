"""The messaging settings of phone numbers: the profile that each sends on, and the numbers of a profile."""

from ...clock import iso
from ...errors import SandboxError
from ...pages import numbered
from ...reply import Reply, data
from ...request import Request
from ...routing import Routes
from ..messaging_profiles.profiles import MessagingProfile
from ..numbers.phone_number import PhoneNumber, numbers_of

routes = Routes()


@routes.get("/phone_numbers/messaging")
def list_messaging(request: Request) -> Reply:
    query = request.query
    number, profile_id = query.text("filter[phone_number]"), query.text("filter[messaging_profile_id]")
    found = [
        each
        for each in numbers_of(request.account)
        if number in (None, each.phone_number) and profile_id in (None, each.messaging_profile_id)
    ]
    return numbered(request, found, lambda number: render(request, number))


@routes.get("/phone_numbers/{id}/messaging")
def get_messaging(request: Request) -> Reply:
    return data(render(request, request.account.find(PhoneNumber, request.id)))


@routes.patch("/phone_numbers/{id}/messaging")
def update_messaging(request: Request) -> Reply:
    account, body = request.account, request.body
    number = account.find(PhoneNumber, request.id)
    profile_id = body.text("messaging_profile_id")
    if profile_id and profile_id not in account.collection(MessagingProfile):
        raise SandboxError("10017", "No such messaging profile.", pointer="/messaging_profile_id")
    if profile_id is not None:
        number.messaging_profile_id = profile_id or None
    number.messaging_product = body.text("messaging_product") or number.messaging_product
    tags = body.texts("tags")
    number.tags = number.tags if tags is None else tags
    number.updated_at = account.clock.now()
    return data(render(request, number))


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


def render(request: Request, number: PhoneNumber) -> dict[str, object]:
    international = "international_sms" in number.block.features
    capability = {
        "domestic_two_way": True,
        "international_inbound": international,
        "international_outbound": international,
    }
    return {
        "record_type": "messaging_settings",
        "id": number.id,
        "phone_number": number.phone_number,
        "country_code": number.block.country,
        "type": "toll-free" if number.block.kind == "toll_free" else "long-code",
        "organization_id": request.account.ids.owner_id,
        "messaging_profile_id": number.messaging_profile_id,
        "messaging_product": number.messaging_product,
        "eligible_messaging_products": ["A2P"],
        "traffic_type": "A2P",
        "features": {kind: capability if kind in number.block.features else None for kind in ("sms", "mms")},
        "health": {"message_count": 0, "inbound_outbound_ratio": 0.0, "success_ratio": 1.0, "spam_ratio": 0.0},
        "tags": number.tags,
        "created_at": iso(number.purchased_at),
        "updated_at": iso(number.updated_at),
    }


def _numbers_on(request: Request) -> list[PhoneNumber]:
    profile = request.account.find(MessagingProfile, request.id)
    return [number for number in numbers_of(request.account) if number.messaging_profile_id == profile.id]
