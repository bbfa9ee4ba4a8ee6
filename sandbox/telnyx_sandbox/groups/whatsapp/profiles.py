"""Profiles and photos of businesses, as people on WhatsApp see them."""

from ...clock import iso
from ...errors import SandboxError
from ...reply import Reply, data
from ...request import Request
from ...routing import Routes
from .number import WhatsappNumber
from .numbers import find

routes = Routes()

LARGEST_PHOTO = 10 * 1024 * 1024
_PROFILE = ("about", "address", "category", "description", "display_name", "email", "profile_id", "website")


@routes.get("/whatsapp/phone_numbers/{phone_number}/profile")
def get(request: Request) -> Reply:
    return data(_render(find(request)))


@routes.patch("/whatsapp/phone_numbers/{phone_number}/profile")
def update(request: Request) -> Reply:
    number = find(request)
    given = request.json if isinstance(request.json, dict) else {}
    number.profile |= {name: given[name] for name in _PROFILE if name in given}
    number.updated_at = request.account.clock.now()
    return data(_render(number))


@routes.get("/whatsapp/phone_numbers/{phone_number}/profile/photo")
def get_photo(request: Request) -> Reply:
    number = find(request)
    photo = {"record_type": "whatsapp_profile_photo", "phone_number_id": number.id}
    return data({**photo, "profile_photo_url": _photo_url(number)})


@routes.post("/whatsapp/phone_numbers/{phone_number}/profile/photo")
def upload_photo(request: Request) -> Reply:
    number = find(request)
    if len(request.content) > LARGEST_PHOTO:
        raise SandboxError("10015", "A photo takes at most 10 MB.", status=413)
    number.photo = request.content
    return data(_render(number))


@routes.delete("/whatsapp/phone_numbers/{phone_number}/profile/photo")
def delete_photo(request: Request) -> Reply:
    find(request).photo = None
    return Reply(None, 204)


def _render(number: WhatsappNumber) -> dict[str, object]:
    return {
        "record_type": "whatsapp_business_profile",
        "id": number.id,
        "phone_number_id": number.id,
        **{name: number.profile.get(name) for name in _PROFILE},
        "profile_photo_url": _photo_url(number),
        "created_at": iso(number.created_at),
        "updated_at": iso(number.updated_at),
    }


def _photo_url(number: WhatsappNumber) -> str | None:
    return None if number.photo is None else f"https://example.com/whatsapp/{number.id}.jpg"
