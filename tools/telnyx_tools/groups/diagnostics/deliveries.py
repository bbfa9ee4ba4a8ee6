"""Webhook deliveries: whether events reached their URLs."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from telnyx_tools.api.client import Query, Telnyx
from telnyx_tools.groups.diagnostics import diagnostics
from telnyx_tools.results.pages import Page, PageCursor, PageSize, fetch_page
from telnyx_tools.results.result import Detail, Part, Result, shape
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.phone_number import EVENT_WORDS, e164_or
from telnyx_tools.tool.source import From
from telnyx_tools.tool.types import Id, Moment
from telnyx_tools.tool.written import Written

EventText = Annotated[
    str, Field(description="part of the event's text, like an id or number"), Written(e164_or(EVENT_WORDS))
]
DeliveryId = Annotated[Id, From("list_webhook_deliveries")]


class Attempt(Part):
    status: str | None = None
    started_at: str | None = None
    url: str | None = None
    http_status: int | None = Field(None, description="absent: no answer")
    errors: list[Any] | None = Field(None, description="Telnyx's codes")

    @model_validator(mode="before")
    @classmethod
    def _flat(cls, raw: Any) -> Any:
        """With what matters of the exchange beside it."""
        http = _object(raw, "http")
        if not http:
            return raw
        return {
            **raw,
            "url": _object(http, "request").get("url"),
            "http_status": _object(http, "response").get("status"),
        }


class WebhookDelivery(Result):
    id: str | None = None
    status: str | None = Field(None, description="delivered or failed")
    event_type: str | None = None
    event_id: str | None = None
    started_at: str | None = None
    finished_at: str | None = None
    attempts: list[Attempt] | None = None

    @model_validator(mode="before")
    @classmethod
    def _flat(cls, raw: Any) -> Any:
        """With what event it was beside it."""
        webhook = _object(raw, "webhook")
        if not webhook:
            return raw
        return {**raw, "event_type": webhook.get("event_type"), "event_id": webhook.get("id")}


@diagnostics.tool(effect=Effect.READ, scope="reporting.read", calls="GET /webhook_deliveries")
async def list_webhook_deliveries(
    telnyx: Telnyx,
    status: Literal["delivered", "failed"] | None = None,
    event_type: Annotated[str | None, Field(description="like message.finalized, call.hangup")] = None,
    event_contains: Annotated[
        EventText | None, Field(description="part of the event's text, like an id or number")
    ] = None,
    attempt_contains: Annotated[str | None, Field(description="part of an attempt's text, like a URL")] = None,
    since: Moment | None = None,
    until: Moment | None = None,
    page: PageCursor = "1",
    page_size: PageSize = 20,
    detail: Detail = "summary",
) -> Page[WebhookDelivery]:
    """Whether events reached their webhook URLs, newest first, with the URL's answer to each attempt."""
    query: Query = {
        "filter": {
            "status": {"eq": status},
            "event_type": event_type,
            "webhook": {"contains": event_contains},
            "attempts": {"contains": attempt_contains},
            "started_at": {"gte": since, "lte": until},
        }
    }
    return await fetch_page(
        WebhookDelivery, telnyx, "/webhook_deliveries", query, page=page, page_size=page_size, detail=detail
    )


@diagnostics.tool(effect=Effect.READ, scope="reporting.read", calls="GET /webhook_deliveries/{id}")
async def get_webhook_delivery(telnyx: Telnyx, delivery_id: DeliveryId, detail: Detail = "summary") -> WebhookDelivery:
    """One webhook delivery and its attempts; detail full adds the event and the URL's answers."""
    return shape(WebhookDelivery, await telnyx.get("/webhook_deliveries/{id}", id=delivery_id), detail)


def _object(fields: Any, name: str) -> dict[str, Any]:
    """A member that is an object, else an empty one."""
    found = fields.get(name) if isinstance(fields, dict) else None
    return found if isinstance(found, dict) else {}
