"""The public profile of a business on WhatsApp, and its photo."""

from __future__ import annotations

import base64
import binascii
from typing import Annotated

from pydantic import Field

from telnyx_tools.api.client import Request, Telnyx
from telnyx_tools.api.request import File
from telnyx_tools.argument_errors import InvalidArguments, Problem
from telnyx_tools.groups.whatsapp import whatsapp
from telnyx_tools.results.result import Done, Result, shape
from telnyx_tools.tool.bodies import OMITTED, NewValue, changed
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.source import From
from telnyx_tools.tool.types import MessagingProfileId, Url, WhatsappNumber

PROFILE = "/whatsapp/phone_numbers/{phone_number}/profile"
PHOTO = f"{PROFILE}/photo"

LARGEST_PHOTO = 10_000_000
_TYPES = {b"\xff\xd8\xff": ("photo.jpg", "image/jpeg"), b"\x89PNG": ("photo.png", "image/png")}


class BusinessProfile(Result):
    display_name: str | None = None
    about: str | None = None
    description: str | None = None
    category: str | None = None
    address: str | None = None
    email: str | None = None
    website: str | None = None
    profile_photo_url: str | None = None
    profile_id: str | None = Field(None, description="messaging profile that takes what people write")
    phone_number_id: str | None = None
    updated_at: str | None = None


class Photo(Result):
    phone_number_id: str | None = None
    profile_photo_url: str | None = Field(None, description="absent: there is none")


@whatsapp.tool(effect=Effect.READ, scope="messaging.read", calls=f"GET {PROFILE}")
async def get_whatsapp_business_profile(telnyx: Telnyx, phone_number: WhatsappNumber) -> BusinessProfile:
    """The public profile of the business behind a WhatsApp number."""
    return shape(BusinessProfile, await telnyx.get(PROFILE, phone_number=phone_number))


@whatsapp.tool(effect=Effect.WRITE, scope="messaging.write", calls=f"PATCH {PROFILE}", idempotent=True)
async def update_whatsapp_business_profile(
    telnyx: Telnyx,
    phone_number: WhatsappNumber,
    display_name: Annotated[NewValue[str], Field(description="Meta reviews it")] = OMITTED,
    about: Annotated[NewValue[str], Field(max_length=139, description="one line below the name")] = OMITTED,
    description: Annotated[NewValue[str], Field(max_length=512, description="of the business")] = OMITTED,
    category: Annotated[NewValue[str], Field(description="Meta's, like RETAIL")] = OMITTED,
    address: Annotated[NewValue[str], Field(max_length=256, description="postal address")] = OMITTED,
    email: Annotated[NewValue[str], Field(max_length=128, description="contact email")] = OMITTED,
    website: NewValue[Url] = OMITTED,
    messaging_profile_id: Annotated[
        NewValue[MessagingProfileId], From("list_messaging_profiles", note="handles what people write")
    ] = OMITTED,
) -> BusinessProfile:
    """Change the public profile of a business on WhatsApp. Omitted fields keep their values."""
    body = changed(
        {
            "display_name": display_name,
            "about": about,
            "description": description,
            "category": category,
            "address": address,
            "email": email,
            "website": website,
            "profile_id": messaging_profile_id,
        }
    )
    return shape(BusinessProfile, await telnyx.patch(PROFILE, body=body, phone_number=phone_number))


@whatsapp.tool(effect=Effect.READ, scope="messaging.read", calls=f"GET {PHOTO}")
async def get_whatsapp_profile_photo(telnyx: Telnyx, phone_number: WhatsappNumber) -> Photo:
    """The URL of a WhatsApp number's profile photo."""
    return shape(Photo, await telnyx.get(PHOTO, phone_number=phone_number))


@whatsapp.tool(effect=Effect.WRITE, scope="messaging.write", calls=f"POST {PHOTO}", idempotent=True)
async def upload_whatsapp_profile_photo(
    telnyx: Telnyx,
    phone_number: WhatsappNumber,
    content: Annotated[
        str,
        Field(
            pattern=r"^(/9j/|iVBORw[A-Za-z0-9+/]{2})([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$",
            description="JPEG or PNG in base64, under 10 MB",
        ),
    ],
) -> BusinessProfile:
    """Set the profile photo of a WhatsApp number."""
    photo = _decoded(content)
    named = next((named for start, named in _TYPES.items() if photo.startswith(start)), None)
    if named is None:
        raise InvalidArguments([Problem("content", "It is neither a JPEG nor a PNG image.")])
    name, kind = named
    ids, files = {"phone_number": phone_number}, {"file": File(name, photo, kind)}
    reply = await telnyx.send(Request(method="POST", template=PHOTO, ids=ids, files=files))
    return shape(BusinessProfile, reply.json())


@whatsapp.tool(effect=Effect.DESTROY, scope="messaging.write", calls=f"DELETE {PHOTO}")
async def delete_whatsapp_profile_photo(telnyx: Telnyx, phone_number: WhatsappNumber) -> Done:
    """Remove the profile photo of a WhatsApp number."""
    await telnyx.delete(PHOTO, phone_number=phone_number)
    return Done(id=phone_number, done="photo deleted")


def _decoded(content: str) -> bytes:
    try:
        photo = base64.b64decode(content, validate=True)
    except binascii.Error:
        raise InvalidArguments([Problem("content", "This is not base64.")]) from None
    if len(photo) > LARGEST_PHOTO:
        raise InvalidArguments([Problem("content", "The photo is above 10 MB; make it smaller.")])
    return photo
