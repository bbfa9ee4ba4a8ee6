"""Sending contacts: cards with names, numbers and addresses."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from telnyx_tools.api.client import Telnyx
from telnyx_tools.groups.whatsapp import whatsapp
from telnyx_tools.groups.whatsapp.message import (
    CHECK,
    FREE_FORM_CALLS,
    CallbackData,
    Delivery,
    Profile,
    WaitFor,
    Webhook,
    WhatsappMessage,
    send_free_form,
)
from telnyx_tools.tool.bodies import Given
from telnyx_tools.tool.context import Inbox, Progress
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.types import Recipient, Url, WhatsappDigits, WhatsappNumber, WhatsappRecipient

Place = Literal["HOME", "WORK"]


class Name(Given):
    formatted_name: str = Field(min_length=1, description="full name as displayed")
    first_name: str | None = None
    last_name: str | None = None
    middle_name: str | None = None
    prefix: str | None = None
    suffix: str | None = None


class Phone(Given):
    phone: Recipient
    type: Literal["CELL", "MAIN", "IPHONE", "HOME", "WORK"] | None = None
    wa_id: WhatsappDigits | None = None


class Email(Given):
    email: str
    type: Place | None = None


class Link(Given):
    url: Url
    type: Place | None = None


class Address(Given):
    street: str | None = None
    city: str | None = None
    state: str | None = None
    zip: str | None = None
    country: str | None = None
    country_code: str | None = None
    type: Place | None = None


class Organization(Given):
    company: str | None = None
    department: str | None = None
    title: str | None = None


class Contact(Given):
    name: Name
    phones: list[Phone] | None = None
    emails: list[Email] | None = None
    addresses: list[Address] | None = None
    urls: list[Link] | None = None
    org: Organization | None = None
    birthday: str | None = Field(None, pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", description="YYYY-MM-DD")


@whatsapp.tool(effect=Effect.SPENDS, scope="messaging.write", calls=FREE_FORM_CALLS, check=CHECK)
async def send_whatsapp_contacts(
    telnyx: Telnyx,
    progress: Progress,
    inbox: Inbox,
    from_number: WhatsappNumber,
    to: WhatsappRecipient,
    contacts: Annotated[list[Contact], Field(min_length=1, max_length=20)],
    messaging_profile_id: Profile = None,
    webhook_url: Webhook = None,
    callback_data: CallbackData = None,
    wait_for: WaitFor = None,
) -> WhatsappMessage:
    """Send contact cards by WhatsApp to a person who wrote to you in the last 24 hours (checked first)."""
    how = Delivery(from_number, to, messaging_profile_id, webhook_url, callback_data, wait_for)
    cards = [contact.model_dump(mode="json", exclude_none=True) for contact in contacts]
    return await send_free_form(telnyx, progress, inbox, how, "contacts", cards)
