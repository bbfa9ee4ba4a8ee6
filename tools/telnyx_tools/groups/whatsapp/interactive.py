"""Sending messages that a person answers by a tap: buttons, lists, links, flows, carousels."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from telnyx_tools.api.client import Telnyx
from telnyx_tools.argument_errors import InvalidArguments, Problem
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
from telnyx_tools.tool.bodies import Given, present
from telnyx_tools.tool.context import Inbox, Progress
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.types import Url, WhatsappNumber, WhatsappRecipient

MOST_ROWS = 10
Label = Annotated[str, Field(min_length=1, max_length=20)]
Title = Annotated[str, Field(min_length=1, max_length=24)]


class Button(Given):
    id: str = Field(min_length=1, max_length=256, description="returned when tapped")
    title: Label


class Row(Given):
    id: str = Field(min_length=1, max_length=200, description="returned when chosen")
    title: Title
    description: str | None = Field(None, max_length=72)


class Section(Given):
    title: Title | None = Field(None, description="required if there are several")
    rows: list[Row] = Field(min_length=1, max_length=MOST_ROWS)


class Buttons(Given):
    """Up to three answers to tap."""

    type: Literal["buttons"]
    buttons: list[Button] = Field(min_length=1, max_length=3)

    def action(self) -> dict[str, object]:
        return {"buttons": [{"type": "reply", "reply": button.model_dump()} for button in self.buttons]}


class ListMenu(Given):
    """A menu of up to ten rows, behind one button."""

    type: Literal["list"]
    button: Label
    sections: list[Section] = Field(min_length=1, max_length=10)

    def action(self) -> dict[str, object]:
        rows = [row for section in self.sections for row in section.rows]
        if len(rows) > MOST_ROWS:
            raise InvalidArguments([Problem("action.sections", f"Give at most {MOST_ROWS} rows in all sections.")])
        if len(self.sections) > 1 and any(section.title is None for section in self.sections):
            raise InvalidArguments([Problem("action.sections", "Give each of the sections a title.")])
        return {
            "button": self.button,
            "sections": [section.model_dump(exclude_none=True) for section in self.sections],
        }


class LinkButton(Given):
    """One button that opens a URL."""

    type: Literal["cta_url"]
    display_text: Label
    url: Url

    def action(self) -> dict[str, object]:
        return {"name": "cta_url", "parameters": {"display_text": self.display_text, "url": self.url}}


class LocationRequest(Given):
    """One button by which the person sends where they are."""

    type: Literal["location_request"]

    def action(self) -> dict[str, object]:
        return {"name": "send_location"}


class Flow(Given):
    """One button that opens a flow, a form made in WhatsApp Manager."""

    type: Literal["flow"]
    flow_id: str = Field(min_length=1)
    button: Label
    flow_token: str | None = Field(None, description="returned with the answers")
    mode: Literal["draft", "published"] | None = None
    flow_action: Literal["navigate", "data_exchange"] | None = None
    screen: str | None = Field(None, description="navigate: the first screen")
    data: dict[str, Any] | None = Field(None, description="navigate: what the first screen is given")

    def action(self) -> dict[str, object]:
        parameters = {
            "flow_message_version": "3",
            "flow_id": self.flow_id,
            "flow_cta": self.button,
            "flow_token": self.flow_token,
            "mode": self.mode,
            "flow_action": self.flow_action,
            "flow_action_payload": self._payload(),
        }
        return {"name": "flow", "parameters": present(parameters)}

    def _payload(self) -> dict[str, object] | None:
        payload = present({"screen": self.screen, "data": self.data or None})
        if payload and self.flow_action == "data_exchange":
            problem = "Leave out screen and data: with data_exchange the business's endpoint gives the first screen."
            raise InvalidArguments([Problem("action.flow_action", problem)])
        return payload or None


class Card(Given):
    media_type: Literal["image", "video"]
    media_url: Url
    text: str | None = Field(None, max_length=160)
    catalog_id: str | None = None
    product_retailer_id: str | None = None

    def component(self, index: int) -> dict[str, object]:
        product = present({"catalog_id": self.catalog_id, "product_retailer_id": self.product_retailer_id})
        card = {
            "card_index": index,
            "type": "cta_url",
            "header": {"type": self.media_type, self.media_type: {"link": self.media_url}},
            "body": {"text": self.text} if self.text else None,
            "action": product or None,
        }
        return present(card)


class Carousel(Given):
    """Two to ten cards beside each other."""

    type: Literal["carousel"]
    cards: list[Card] = Field(min_length=2, max_length=10)

    def action(self) -> dict[str, object]:
        return {"cards": [card.component(index) for index, card in enumerate(self.cards)]}


class Header(Given):
    type: Literal["text", "image", "video", "document"]
    text: str | None = Field(None, max_length=60)
    media_url: Url | None = None

    def component(self) -> dict[str, object]:
        if self.type == "text":
            return {"type": "text", "text": self._given("text", self.text)}
        return {"type": self.type, self.type: {"link": self._given("media_url", self.media_url)}}

    def _given(self, name: str, value: str | None) -> str:
        if not value:
            raise InvalidArguments([Problem(f"header.{name}", f"A header of type {self.type} needs it.")])
        return value


Action = Annotated[
    Buttons | ListMenu | LinkButton | LocationRequest | Flow | Carousel,
    Field(discriminator="type", description="what the person taps"),
]
_WIRE_TYPES = {"buttons": "button", "location_request": "location_request_message"}


@whatsapp.tool(effect=Effect.SPENDS, scope="messaging.write", calls=FREE_FORM_CALLS, check=CHECK)
async def send_whatsapp_interactive(
    telnyx: Telnyx,
    progress: Progress,
    inbox: Inbox,
    from_number: WhatsappNumber,
    to: WhatsappRecipient,
    text: Annotated[str, Field(min_length=1, max_length=1024)],
    action: Action,
    header: Header | None = None,
    footer: Annotated[str | None, Field(max_length=60, description="small, below the text")] = None,
    messaging_profile_id: Profile = None,
    webhook_url: Webhook = None,
    callback_data: CallbackData = None,
    wait_for: WaitFor = None,
) -> WhatsappMessage:
    """Send a WhatsApp text with answers to tap, to a person who wrote to you in the last 24 hours (checked first)."""
    how = Delivery(from_number, to, messaging_profile_id, webhook_url, callback_data, wait_for)
    content = {
        "type": _WIRE_TYPES.get(action.type, action.type),
        "body": {"text": text},
        "action": action.action(),
        "header": header.component() if header else None,
        "footer": {"text": footer} if footer else None,
    }
    return await send_free_form(telnyx, progress, inbox, how, "interactive", present(content))
