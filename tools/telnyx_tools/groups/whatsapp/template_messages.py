"""Template messages, which start conversations and go at any time."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from telnyx_tools.api.client import Telnyx
from telnyx_tools.api.errors import TelnyxError
from telnyx_tools.argument_errors import InvalidArguments, Problem
from telnyx_tools.groups.whatsapp import whatsapp
from telnyx_tools.groups.whatsapp.message import (
    CHECK,
    READ_MESSAGE,
    SEND,
    CallbackData,
    Delivery,
    Profile,
    WaitFor,
    Webhook,
    WhatsappMessage,
    send,
)
from telnyx_tools.results.result import objects
from telnyx_tools.tool.bodies import Given, present
from telnyx_tools.tool.context import Inbox, Progress
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.source import From
from telnyx_tools.tool.types import WhatsappNumber, WhatsappRecipient, WhatsappTemplateId

Value = Annotated[str, Field(min_length=1, max_length=1024)]


class ButtonValue(Given):
    """For a button that takes a value."""

    index: int = Field(ge=0, le=9)
    type: Literal["url", "quick_reply", "flow"]
    text: str | None = Field(None, description="url: its end; quick_reply: payload")
    flow_token: str | None = None
    flow_action_data: dict[str, Any] | None = None

    def component(self) -> dict[str, object]:
        action = {"flow_token": self.flow_token, "flow_action_data": self.flow_action_data}
        flow = {"type": "action", "action": present(action)}
        parameter = flow if self.type == "flow" else {"type": "text", "text": self.text or ""}
        return {"type": "button", "sub_type": self.type, "index": self.index, "parameters": [parameter]}


@whatsapp.tool(
    effect=Effect.SPENDS,
    scope="messaging.write",
    calls=(SEND, "GET /whatsapp_message_templates/{id}", "GET /whatsapp/message_templates", READ_MESSAGE),
    core=True,
    check=CHECK,
)
async def send_whatsapp_template(
    telnyx: Telnyx,
    progress: Progress,
    inbox: Inbox,
    from_number: WhatsappNumber,
    to: WhatsappRecipient,
    name: str | None = None,
    language: Annotated[str | None, Field(description="like en_US")] = None,
    template_id: Annotated[
        WhatsappTemplateId | None, From("list_whatsapp_templates", note="in place of name and language")
    ] = None,
    body: Annotated[list[Value], Field(description="values of {{1}}, {{2}}, ...")] = [],
    header: Annotated[Value | None, Field(description="value of its {{1}}; text headers only")] = None,
    buttons: Annotated[list[ButtonValue], Field(max_length=10)] = [],
    messaging_profile_id: Profile = None,
    webhook_url: Webhook = None,
    callback_data: CallbackData = None,
    wait_for: WaitFor = None,
) -> WhatsappMessage:
    """Send an approved WhatsApp template (see list_whatsapp_templates). Use it to write first, or after 24 hours of
    silence. Then poll get_message."""
    template, components = _template(template_id, name, language), _components(body, header, buttons)
    if not to.startswith("+"):
        await _refuse_codes_to_user_ids(telnyx, template)
    how = Delivery(from_number, to, messaging_profile_id, webhook_url, callback_data, wait_for)
    content = {**template, "components": components} if components else template
    return await send(telnyx, progress, inbox, how, {"type": "template", "template": content})


def _template(template_id: str | None, name: str | None, language: str | None) -> dict[str, object]:
    """Identify the template. Raises InvalidArguments where nothing names it, or two things do."""
    if template_id is not None:
        if name is not None:
            raise InvalidArguments([Problem("template_id", "Give template_id, or name and language, not both.")])
        return {"template_id": template_id}
    if name is None:
        hint = "Give name and language, or template_id, of an approved template from list_whatsapp_templates."
        raise InvalidArguments([Problem("name", hint)])
    if language is None:
        raise InvalidArguments([Problem("language", "Give the template's language, from list_whatsapp_templates.")])
    return {"name": name, "language": {"code": language}}


def _components(body: list[str], header: str | None, buttons: list[ButtonValue]) -> list[dict[str, object]]:
    texts = {"header": [] if header is None else [header], "body": body}
    components: list[dict[str, object]] = [
        {"type": kind, "parameters": [{"type": "text", "text": value} for value in values]}
        for kind, values in texts.items()
        if values
    ]
    for place, button in enumerate(buttons):
        if button.type != "flow" and not button.text:
            raise InvalidArguments([Problem(f"buttons.{place}.text", f"A button of type {button.type} needs it.")])
    return components + [button.component() for button in buttons]


async def _refuse_codes_to_user_ids(telnyx: Telnyx, template: dict[str, object]) -> None:
    """Raises InvalidArguments for an authentication template; where it cannot be read, Meta decides."""
    try:
        found = await _read(telnyx, template)
    except TelnyxError:
        return
    if any(one.get("category") == "AUTHENTICATION" for one in found):
        hint = "An authentication template goes to a phone number only, not to a business-scoped user id."
        raise InvalidArguments([Problem("to", hint)])


async def _read(telnyx: Telnyx, template: dict[str, object]) -> list[dict[str, Any]]:
    if "template_id" in template:
        answer = await telnyx.get("/whatsapp_message_templates/{id}", id=str(template["template_id"]))
        data = answer.get("data") if isinstance(answer, dict) else None
        return [data] if isinstance(data, dict) else []
    query = {"filter": {"search": str(template["name"])}}
    found = objects(await telnyx.get("/whatsapp/message_templates", query=query))
    return [one for one in found if one.get("name") == template["name"]]
