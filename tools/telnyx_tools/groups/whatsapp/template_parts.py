"""The parts of a template as an agent gives them, and as the API takes them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from telnyx_tools.tool.bodies import Given, present
from telnyx_tools.tool.types import E164, Url

Component = dict[str, object]

BodyText = Annotated[str, Field(max_length=1024, description="variables are {{1}}, {{2}}, not first or last")]
Examples = Annotated[list[str], Field(description="a sample value for each variable of body")]
ButtonText = Annotated[str, Field(min_length=1, max_length=25)]


class TemplateHeader(Given):
    format: Literal["TEXT", "IMAGE", "VIDEO", "DOCUMENT", "LOCATION"] = Field(
        description="send_whatsapp_template can fill TEXT only"
    )
    text: str | None = Field(None, max_length=60, description="TEXT; may have {{1}}")
    example: str | None = Field(None, description="for {{1}}, or the media handle from Meta")

    def component(self) -> Component:
        name = "header_text" if self.format == "TEXT" else "header_handle"
        example = {name: [self.example]} if self.example else None
        return present({"type": "HEADER", "format": self.format, "text": self.text, "example": example})


class TemplateButton(Given):
    type: Literal["QUICK_REPLY", "URL", "PHONE_NUMBER", "COPY_CODE", "OTP", "FLOW"]
    text: ButtonText | None = None
    url: Url | None = Field(None, description="URL; may end with {{1}}")
    example: str | None = Field(None, description="URL with {{1}}, COPY_CODE")
    phone_number: E164 | None = None
    otp_type: Literal["COPY_CODE", "ONE_TAP"] | None = None
    autofill_text: str | None = None
    package_name: str | None = Field(None, description="ONE_TAP: Android package")
    signature_hash: str | None = Field(None, description="ONE_TAP: app signing key hash")
    zero_tap_terms_accepted: bool | None = None
    flow_id: str | None = None
    flow_action: Literal["navigate", "data_exchange"] | None = None
    navigate_screen: str | None = None

    def wire(self) -> dict[str, object]:
        given = self.model_dump(exclude_none=True)
        return {**given, "example": [self.example]} if self.example else given


class TemplateCard(Given):
    header_format: Literal["IMAGE", "VIDEO"]
    header_handle: str = Field(min_length=1, description="media handle from Meta")
    body: BodyText
    body_examples: Examples = Field(default_factory=list)
    buttons: list[TemplateButton] = Field(min_length=1, max_length=2)

    def components(self) -> list[Component]:
        header = TemplateHeader(format=self.header_format, example=self.header_handle)
        return [header.component(), _body(self.body, self.body_examples), _buttons(self.buttons)]


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of a template."""

    header: TemplateHeader | None
    body: str | None
    body_examples: list[str]
    footer: str | None
    buttons: list[TemplateButton]
    cards: list[TemplateCard]
    code_expiration_minutes: int | None

    def components(self) -> list[Component]:
        parts: list[Component | None] = [
            self.header.component() if self.header else None,
            _body(self.body, self.body_examples) if self.body else None,
            self._footer(),
            _buttons(self.buttons) if self.buttons else None,
            {"type": "CAROUSEL", "cards": [{"components": card.components()} for card in self.cards]}
            if self.cards
            else None,
        ]
        return [part for part in parts if part is not None]

    def _footer(self) -> Component | None:
        footer = present({"text": self.footer, "code_expiration_minutes": self.code_expiration_minutes})
        return {"type": "FOOTER", **footer} if footer else None


def _body(text: str, examples: list[str]) -> Component:
    example = {"body_text": [examples]} if examples else None
    return present({"type": "BODY", "text": text, "example": example})


def _buttons(buttons: list[TemplateButton]) -> Component:
    return {"type": "BUTTONS", "buttons": [button.wire() for button in buttons]}
