"""Calls as they stand, and the list of those that are going on."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from telnyx_tools.api.client import Telnyx
from telnyx_tools.declare import Effect
from telnyx_tools.groups.call_control.arguments import LiveCall, decoded
from telnyx_tools.groups.call_control.chosen import choose_application
from telnyx_tools.groups.call_control.group import call_control
from telnyx_tools.groups.call_control.state import CallState, read_state
from telnyx_tools.pages import Page, PageCursor, PageSize, fetch_page
from telnyx_tools.results import Detail, Result
from telnyx_tools.types import CallControlApplicationId


class ActiveCall(Result):
    call_control_id: str | None = None
    call_leg_id: str | None = None
    call_session_id: str | None = None
    call_duration: int | None = Field(None, description="seconds since the answer")
    client_state: Annotated[Any, BeforeValidator(decoded)] = None


@call_control.tool(effect=Effect.READ, scope="voice.read", calls=("GET /calls/{call_control_id}", "GET /call_events"))
async def get_call_status(telnyx: Telnyx, call_control_id: LiveCall) -> CallState:
    """Whether a call is ringing, answered or ended (and why), until 10 minutes after its end; later list_call_events
    knows."""
    return await read_state(telnyx, call_control_id)


@call_control.tool(
    effect=Effect.READ,
    scope="voice.read",
    calls=("GET /connections/{connection_id}/active_calls", "GET /call_control_applications"),
)
async def list_active_calls(
    telnyx: Telnyx,
    connection_id: Annotated[
        CallControlApplicationId | None, Field(description="needless if the account has only one application")
    ] = None,
    page: PageCursor = "1",
    page_size: PageSize = 20,
    detail: Detail = "summary",
) -> Page[ActiveCall]:
    """The calls that ring or go on now."""
    chosen, _ = await choose_application(telnyx, connection_id)
    return await fetch_page(
        ActiveCall,
        telnyx,
        "/connections/{connection_id}/active_calls",
        {},
        page=page,
        page_size=page_size,
        detail=detail,
        connection_id=chosen,
    )
