"""Activity of a messaging profile: its numbers and its traffic."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from telnyx_tools.api.client import Telnyx
from telnyx_tools.groups.messaging import messaging
from telnyx_tools.results.pages import Page, PageCursor, PageSize, fetch_page
from telnyx_tools.results.result import Detail, Part, Result, shape
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.types import MessagingProfileId


class Health(Part):
    message_count: int | None = None
    inbound_outbound_ratio: float | None = None
    success_ratio: float | None = Field(None, description="0 to 1; unhealthy below 0.25")
    spam_ratio: float | None = Field(None, description="0 to 1; unhealthy above 0.75")


class ProfileNumber(Result):
    id: str | None = None
    phone_number: str | None = None
    type: str | None = None
    country_code: str | None = None
    messaging_product: str | None = None
    health: Health | None = None
    tags: list[str] | None = None


class Metrics(Result):
    overview: dict[str, object] | None = Field(None, description="messages sent, delivered, failed and received")


@messaging.tool(
    effect=Effect.READ,
    scope="messaging.read",
    calls="GET /messaging_profiles/{messaging_profile_id}/phone_numbers",
)
async def list_messaging_profile_phone_numbers(
    telnyx: Telnyx,
    messaging_profile_id: MessagingProfileId,
    page: PageCursor = "1",
    page_size: PageSize = 20,
    detail: Detail = "summary",
) -> Page[ProfileNumber]:
    """The numbers on a messaging profile, with their delivery health."""
    return await fetch_page(
        ProfileNumber,
        telnyx,
        "/messaging_profiles/{messaging_profile_id}/phone_numbers",
        {},
        page=page,
        page_size=page_size,
        detail=detail,
        messaging_profile_id=messaging_profile_id,
    )


@messaging.tool(effect=Effect.READ, scope="messaging.read", calls="GET /messaging_profiles/{id}/metrics")
async def get_messaging_profile_metrics(
    telnyx: Telnyx,
    messaging_profile_id: MessagingProfileId,
    time_frame: Literal["1h", "3h", "24h", "3d", "7d", "30d"] = "24h",
    detail: Detail = "summary",
) -> Metrics:
    """How many messages a profile sent and received, and how many failed; detail full adds the numbers over time."""
    query = {"time_frame": time_frame}
    answer = await telnyx.get("/messaging_profiles/{id}/metrics", query=query, id=messaging_profile_id)
    metrics = shape(Metrics, answer, detail)
    # The API does not promise the fields of this answer: without an overview, everything is shown.
    return metrics if metrics.overview else shape(Metrics, answer, "full")
