"""The settings of a verify profile for each channel that it sends on."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from telnyx_tools.results.result import Part
from telnyx_tools.tool.bodies import Given
from telnyx_tools.tool.source import From
from telnyx_tools.tool.types import E164, Id, WhatsappAccountId

Destinations = Annotated[
    list[Annotated[str, Field(pattern=r"^([A-Z]{2}|\*)$")]],
    Field(description='countries it may send to, ISO 3166-1 alpha-2; ["*"]: all'),
]
TimeoutSecs = Annotated[int, Field(ge=1, description="how long a code is valid")]
AppName = Annotated[str, Field(min_length=1, description="app name in the message")]
TemplateId = Annotated[Id, From("list_verify_templates")]


class Sms(Given):
    app_name: AppName | None = None
    code_length: Annotated[int | None, Field(ge=1)] = None
    default_verification_timeout_secs: TimeoutSecs | None = None
    whitelisted_destinations: Destinations | None = None
    messaging_template_id: TemplateId | None = None
    alpha_sender: Annotated[str | None, Field(description="name for countries that require one")] = None


class Call(Given):
    app_name: AppName | None = None
    code_length: Annotated[int | None, Field(ge=1)] = None
    default_verification_timeout_secs: TimeoutSecs | None = None
    whitelisted_destinations: Destinations | None = None
    messaging_template_id: TemplateId | None = None


class Flashcall(Given):
    app_name: AppName | None = None
    default_verification_timeout_secs: TimeoutSecs | None = None
    whitelisted_destinations: Destinations | None = None


class Whatsapp(Given):
    """Without a business account of your own, Telnyx's sends."""

    default_verification_timeout_secs: TimeoutSecs | None = None
    whitelisted_destinations: Destinations | None = None
    waba_id: WhatsappAccountId | None = None
    sender_phone_number: Annotated[E164 | None, Field(description="number of that account")] = None
    template_id: Annotated[
        Id | None, From("list_whatsapp_templates", what="template_id of an approved authentication template")
    ] = None


class ChannelSettings(Part):
    """As the API tells them, for any channel."""

    app_name: str | None = None
    code_length: int | None = None
    default_verification_timeout_secs: int | None = None
    whitelisted_destinations: list[str] | None = None
    messaging_template_id: str | None = None
    alpha_sender: str | None = None
    waba_id: str | None = None
    sender_phone_number: str | None = None
    template_id: str | None = None
