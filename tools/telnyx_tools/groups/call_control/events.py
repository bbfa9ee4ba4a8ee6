"""The events of calls."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from telnyx_tools.api.client import Query, Telnyx
from telnyx_tools.groups.call_control import call_control
from telnyx_tools.groups.call_control.event import CallEvent
from telnyx_tools.results.pages import Page, PageCursor, PageSize, fetch_page
from telnyx_tools.results.result import Detail
from telnyx_tools.tool.bodies import require_at_most_one
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.source import From
from telnyx_tools.tool.types import CallControlApplicationId, CallParty, Id, Moment


@call_control.tool(effect=Effect.READ, scope="voice.read", calls="GET /call_events")
async def list_call_events(
    telnyx: Telnyx,
    call_leg_id: Annotated[Id | None, From("make_call", what="one leg")] = None,
    call_session_id: Annotated[Id | None, From("make_call", what="all legs")] = None,
    connection_id: CallControlApplicationId | None = None,
    from_number: CallParty | None = None,
    to: CallParty | None = None,
    name: Annotated[str | None, Field(description="like call.hangup")] = None,
    type: Literal["command", "webhook"] | None = None,
    product: Literal["call_control", "fax", "texml"] | None = None,
    status: Literal["init", "in_progress", "completed"] | None = None,
    failed: bool | None = None,
    since: Moment | None = None,
    until: Moment | None = None,
    page: PageCursor = "1",
    page_size: PageSize = 20,
    detail: Detail = "summary",
) -> Page[CallEvent]:
    """Events of calls: commands and results, answers, digits, transcripts, hangup causes. Without a leg or session:
    only the last 24 hours. Give since or until, not both."""
    require_at_most_one(since=since, until=until)
    query: Query = {
        "filter": {
            "leg_id": call_leg_id,
            "application_session_id": call_session_id,
            "connection_id": connection_id,
            "from": from_number,
            "to": to,
            "name": name,
            "type": type,
            "product": product,
            "status": status,
            "failed": failed,
            "occurred_at": {"gte": since, "lte": until},
        }
    }
    return await fetch_page(CallEvent, telnyx, "/call_events", query, page=page, page_size=page_size, detail=detail)
