"""A WhatsApp number's settings besides messages: calls, and the first words that a chat offers."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from telnyx_tools.api.client import Telnyx
from telnyx_tools.groups.whatsapp import whatsapp
from telnyx_tools.results.result import Part, Result, shape
from telnyx_tools.tool.bodies import OMITTED, Change, Given, NewValue, changed
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.source import From
from telnyx_tools.tool.types import WhatsappNumber

CALLING = "/whatsapp/phone_numbers/{phone_number}/calling_settings"
ROUTING = "/whatsapp/phone_numbers/{id}/calling_routing"
COMPONENTS = "/whatsapp/phone_numbers/{phone_number}/conversational_components"


class Calling(Result):
    phone_number: str | None = None
    enabled: bool | None = None
    connection_id: str | None = Field(None, description="where calls go; absent: nowhere")
    updated_at: str | None = None


class Command(Given):
    command: str = Field(min_length=1, max_length=32, description="the word after /")
    description: str = Field(min_length=1, max_length=256)


class ShownCommand(Part):
    command: str | None = None
    description: str | None = None


class Components(Result):
    phone_number: str | None = None
    commands: list[ShownCommand] | None = None
    ice_breakers: list[str] | None = None


@whatsapp.tool(effect=Effect.READ, scope="messaging.read", calls=(f"GET {CALLING}", f"GET {ROUTING}"))
async def get_whatsapp_calling(telnyx: Telnyx, phone_number: WhatsappNumber) -> Calling:
    """Whether people can call a WhatsApp number, and which connection receives the calls."""
    calling = shape(Calling, await telnyx.get(CALLING, phone_number=phone_number))
    routing = shape(Calling, await telnyx.get(ROUTING, id=phone_number))
    return calling.model_copy(update={"connection_id": routing.connection_id})


@whatsapp.tool(effect=Effect.WRITE, scope="messaging.write", calls=f"PATCH {CALLING}", idempotent=True)
async def update_whatsapp_calling_settings(telnyx: Telnyx, phone_number: WhatsappNumber, enabled: bool) -> Calling:
    """Allow or forbid calls to a WhatsApp number; update_whatsapp_calling_routing sets where they go."""
    return shape(Calling, await telnyx.patch(CALLING, body={"enabled": enabled}, phone_number=phone_number))


@whatsapp.tool(effect=Effect.WRITE, scope="messaging.write", calls=f"PATCH {ROUTING}", idempotent=True)
async def update_whatsapp_calling_routing(
    telnyx: Telnyx,
    phone_number: WhatsappNumber,
    connection_id: Annotated[
        Change[str], Field(min_length=1, max_length=1_000), From("list_connections", note="cleared: calls go nowhere")
    ] = OMITTED,
) -> Calling:
    """Set which connection or call control application receives the calls to a WhatsApp number."""
    body = changed({"connection_id": connection_id})
    return shape(Calling, await telnyx.patch(ROUTING, body=body, id=phone_number))


@whatsapp.tool(effect=Effect.READ, scope="messaging.read", calls=f"GET {COMPONENTS}")
async def get_whatsapp_conversational_components(telnyx: Telnyx, phone_number: WhatsappNumber) -> Components:
    """The commands and ice breakers that a WhatsApp number offers in a chat."""
    return shape(Components, await telnyx.get(COMPONENTS, phone_number=phone_number))


@whatsapp.tool(effect=Effect.WRITE, scope="messaging.write", calls=f"PATCH {COMPONENTS}", idempotent=True)
async def update_whatsapp_conversational_components(
    telnyx: Telnyx,
    phone_number: WhatsappNumber,
    commands: Annotated[NewValue[list[Command]], Field(max_length=30)] = OMITTED,
    ice_breakers: Annotated[
        NewValue[list[Annotated[str, Field(min_length=1, max_length=80)]]],
        Field(max_length=4, description="questions to tap in a new chat"),
    ] = OMITTED,
) -> Components:
    """Set the commands and ice breakers that a WhatsApp number offers in a chat. Each list is replaced whole."""
    body = changed({"commands": commands, "ice_breakers": ice_breakers})
    return shape(Components, await telnyx.patch(COMPONENTS, body=body, phone_number=phone_number))
