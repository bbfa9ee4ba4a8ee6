"""Templates that are submitted to Meta, new or changed."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from telnyx_tools.api.client import Telnyx
from telnyx_tools.argument_errors import InvalidArguments, Problem
from telnyx_tools.groups.whatsapp import whatsapp
from telnyx_tools.groups.whatsapp.template import WholeTemplate
from telnyx_tools.groups.whatsapp.template_parts import (
    BodyText,
    Examples,
    Parts,
    TemplateButton,
    TemplateCard,
    TemplateHeader,
)
from telnyx_tools.groups.whatsapp.template_rules import problems
from telnyx_tools.groups.whatsapp.templates import Category
from telnyx_tools.results.result import shape
from telnyx_tools.shared.waiting import follow
from telnyx_tools.tool.bodies import present
from telnyx_tools.tool.context import Progress
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.types import WhatsappAccountId, WhatsappTemplateId

REVIEW_SECS = 45
_DECIDED = frozenset({"APPROVED", "REJECTED", "PAUSED", "DISABLED"})
ONE_TEMPLATE = "/whatsapp_message_templates/{id}"

Footer = Annotated[str | None, Field(max_length=60, description="without variables")]
Buttons = Annotated[list[TemplateButton], Field(max_length=3)]
Cards = Annotated[list[TemplateCard], Field(max_length=10, description="a carousel: 2 to 10")]
CodeMinutes = Annotated[int | None, Field(ge=1, le=90, description="AUTHENTICATION")]
WaitFor = Annotated[Literal["reviewed"] | None, Field(description="wait up to 45 s; Meta may take two days")]


@whatsapp.tool(
    effect=Effect.SPENDS,
    scope="messaging.write",
    calls=("POST /whatsapp/message_templates", f"GET {ONE_TEMPLATE}"),
    check="Call list_whatsapp_templates with the name as search: if it is there, it was submitted.",
)
async def create_whatsapp_template(
    telnyx: Telnyx,
    progress: Progress,
    waba_id: WhatsappAccountId,
    name: Annotated[str, Field(pattern=r"^[a-z0-9_]+$", max_length=512, description="lower-case letters, digits, _")],
    category: Category,
    language: Annotated[str, Field(pattern=r"^[a-z]{2,3}(_[A-Z]{2})?$", description="like en_US or es")],
    body: BodyText | None = None,
    body_examples: Examples = [],
    header: TemplateHeader | None = None,
    footer: Footer = None,
    buttons: Buttons = [],
    cards: Cards = [],
    code_expiration_minutes: CodeMinutes = None,
    wait_for: WaitFor = None,
) -> WholeTemplate:
    """Submit a new WhatsApp template to Meta, which approves or rejects it within two days; check with
    get_whatsapp_template."""
    parts = Parts(header, body, body_examples, footer, buttons, cards, code_expiration_minutes)
    request = {
        "waba_id": waba_id,
        "name": name,
        "category": category,
        "language": language,
        "components": _valid(category, parts),
    }
    made = shape(WholeTemplate, await telnyx.post("/whatsapp/message_templates", body=request))
    return await _review(telnyx, made, progress) if wait_for else made


@whatsapp.tool(
    effect=Effect.SPENDS,
    scope="messaging.write",
    calls=(f"PATCH {ONE_TEMPLATE}", f"GET {ONE_TEMPLATE}"),
    check="Call get_whatsapp_template: what it shows is what was submitted.",
    idempotent=True,
)
async def update_whatsapp_template(
    telnyx: Telnyx,
    progress: Progress,
    template_id: WhatsappTemplateId,
    category: Category | None = None,
    body: BodyText | None = None,
    body_examples: Examples = [],
    header: TemplateHeader | None = None,
    footer: Footer = None,
    buttons: Buttons = [],
    cards: Cards = [],
    code_expiration_minutes: CodeMinutes = None,
    wait_for: WaitFor = None,
) -> WholeTemplate:
    """Resubmit a WhatsApp template to Meta. Give all its parts, or only the category: omitted parts are removed. An
    approved template can change once a day and ten times in 30 days."""
    parts = Parts(header, body, body_examples, footer, buttons, cards, code_expiration_minutes)
    components = _valid(category if parts.components() else None, parts)
    request = present({"category": category, "components": components or None})
    if not request:
        raise InvalidArguments([Problem("", "Nothing to change; give category, or the parts of the template.")])
    changed = shape(WholeTemplate, await telnyx.patch(ONE_TEMPLATE, body=request, id=template_id))
    return await _review(telnyx, changed, progress) if wait_for else changed


def _valid(category: str | None, parts: Parts) -> list[dict[str, object]]:
    """The components. Raises InvalidArguments for what Meta would reject."""
    found = problems(category, parts)
    if found:
        raise InvalidArguments(found)
    return parts.components()


async def _review(telnyx: Telnyx, template: WholeTemplate, progress: Progress) -> WholeTemplate:
    """The template once Meta has decided, or as it stands after 45 seconds."""
    template_id = template.id
    if template_id is None:
        return template

    async def read() -> WholeTemplate:
        return shape(WholeTemplate, await telnyx.get(ONE_TEMPLATE, id=template_id))

    return await follow(
        template,
        read,
        done=lambda one: one.status in _DECIDED,
        status=lambda one: one.status or "unknown",
        progress=progress,
        seconds=REVIEW_SECS,
    )
