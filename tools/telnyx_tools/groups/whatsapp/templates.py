"""Templates: which there are, and what Meta's review made of them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from telnyx_tools.api.client import Query, Telnyx
from telnyx_tools.groups.whatsapp import whatsapp
from telnyx_tools.groups.whatsapp.template import Template, WholeTemplate
from telnyx_tools.results.pages import Page, PageCursor, PageSize, fetch_page
from telnyx_tools.results.result import Done, shape
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.types import WhatsappAccountId, WhatsappTemplateId

Category = Literal["MARKETING", "UTILITY", "AUTHENTICATION"]


@whatsapp.tool(effect=Effect.READ, scope="messaging.read", calls="GET /whatsapp/message_templates", core=True)
async def list_whatsapp_templates(
    telnyx: Telnyx,
    status: Literal["APPROVED", "PENDING", "REJECTED", "PAUSED", "DISABLED"] | None = None,
    search: Annotated[str | None, Field(description="part of the name")] = None,
    category: Category | None = None,
    waba_id: WhatsappAccountId | None = None,
    page: PageCursor = "1",
    page_size: PageSize = 20,
) -> Page[Template]:
    """WhatsApp templates with their status, text and number of variables; only APPROVED ones can be sent."""
    query: Query = {"filter": {"status": status, "search": search, "category": category, "waba_id": waba_id}}
    return await fetch_page(Template, telnyx, "/whatsapp/message_templates", query, page=page, page_size=page_size)


@whatsapp.tool(effect=Effect.READ, scope="messaging.read", calls="GET /whatsapp_message_templates/{id}")
async def get_whatsapp_template(telnyx: Telnyx, template_id: WhatsappTemplateId) -> WholeTemplate:
    """A whole WhatsApp template: components, variables, and why Meta rejected it."""
    return shape(WholeTemplate, await telnyx.get("/whatsapp_message_templates/{id}", id=template_id))


@whatsapp.tool(effect=Effect.DESTROY, scope="messaging.write", calls="DELETE /whatsapp_message_templates/{id}")
async def delete_whatsapp_template(telnyx: Telnyx, template_id: WhatsappTemplateId) -> Done:
    """Delete a WhatsApp template for good. Meta keeps its name blocked for 30 days."""
    await telnyx.delete("/whatsapp_message_templates/{id}", id=template_id)
    return Done(id=template_id, done="deleted")
