"""Conferences: calls that hear each other."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from telnyx_tools.api.client import Query, Replay, Telnyx
from telnyx_tools.groups.conferences import conferences
from telnyx_tools.groups.conferences.command import (
    Accepted,
    AudioName,
    AudioUrl,
    Beep,
    Region,
    command_once,
    new_command_id,
)
from telnyx_tools.results.pages import Page, PageCursor, PageSize, fetch_page
from telnyx_tools.results.result import Detail, Result, shape
from telnyx_tools.shared.client_state import ClientState, encoded
from telnyx_tools.tool.bodies import present, require_at_most_one
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.source import From
from telnyx_tools.tool.types import CallControlId, CallParty, ConferenceId, ConnectionId, Id


class Conference(Result):
    id: str | None = None
    name: str | None = None
    status: str | None = Field(None, description="init, in_progress or completed")
    region: str | None = None
    connection_id: str | None = None
    created_at: str | None = None
    expires_at: str | None = None
    end_reason: str | None = Field(None, description="all_left, ended_via_api, host_left or time_exceeded")


@conferences.tool(effect=Effect.READ, scope="voice.read", calls="GET /conferences")
async def list_conferences(
    telnyx: Telnyx,
    name: str | None = None,
    status: Literal["init", "in_progress", "completed"] | None = None,
    connection_id: ConnectionId | None = None,
    application_name_contains: Annotated[str | None, Field(min_length=3, description="at least 3 characters")] = None,
    call_session_id: Annotated[Id | None, From("make_call", "list_call_events")] = None,
    call_leg_id: Annotated[Id | None, From("make_call", "list_call_events", what="of a participant")] = None,
    from_number: CallParty | None = None,
    to: CallParty | None = None,
    region: Region | None = None,
    page: PageCursor = "1",
    page_size: PageSize = 20,
    detail: Detail = "summary",
) -> Page[Conference]:
    """Conferences, filtered by name, status, application or participant."""
    query: Query = {
        "filter": {
            "name": name,
            "status": status,
            "connection_id": connection_id,
            "application_name": {"contains": application_name_contains},
            "application_session_id": call_session_id,
            "leg_id": call_leg_id,
            "from": from_number,
            "to": to,
        },
        "region": region,
    }
    return await fetch_page(Conference, telnyx, "/conferences", query, page=page, page_size=page_size, detail=detail)


@conferences.tool(effect=Effect.READ, scope="voice.read", calls="GET /conferences/{id}")
async def get_conference(
    telnyx: Telnyx, conference_id: ConferenceId, region: Region | None = None, detail: Detail = "summary"
) -> Conference:
    """One conference: whether it is running, and why it ended."""
    answer = await telnyx.get("/conferences/{id}", query={"region": region}, id=conference_id)
    return shape(Conference, answer, detail)


@conferences.tool(effect=Effect.WRITE, scope="voice.write", calls="POST /conferences")
async def create_conference(
    telnyx: Telnyx,
    call_control_id: Annotated[CallControlId, Field(description="answered call that becomes the first participant")],
    name: str,
    max_participants: Annotated[int | None, Field(ge=2, le=800)] = None,
    duration_minutes: Annotated[int | None, Field(ge=1, description="after which it ends")] = None,
    start_conference_on_create: Annotated[bool | None, Field(description="false: all wait on hold")] = None,
    hold_audio_url: AudioUrl = None,
    hold_media_name: AudioName = None,
    beep_enabled: Beep | None = None,
    comfort_noise: bool | None = None,
    client_state: ClientState | None = None,
    region: Region | None = None,
) -> Conference:
    """Create a conference from an answered call; add others with join_conference. To dial someone in, use make_call
    first, then join_conference."""
    require_at_most_one(hold_audio_url=hold_audio_url, hold_media_name=hold_media_name)
    body = {
        "call_control_id": call_control_id,
        "name": name,
        "max_participants": max_participants,
        "duration_minutes": duration_minutes,
        "start_conference_on_create": start_conference_on_create,
        "hold_audio_url": hold_audio_url,
        "hold_media_name": hold_media_name,
        "beep_enabled": beep_enabled,
        "comfort_noise": comfort_noise,
        "client_state": encoded(client_state),
        "region": region,
        "command_id": new_command_id(),
    }
    return shape(Conference, await telnyx.post("/conferences", body=present(body), replay=Replay.SAFE))


@conferences.tool(effect=Effect.DESTROY, scope="voice.write", calls="POST /conferences/{id}/actions/end")
async def end_conference(telnyx: Telnyx, conference_id: ConferenceId) -> Accepted:
    """End a conference and hang up on everyone in it."""
    return await command_once(telnyx, "/conferences/{id}/actions/end", conference_id, {})
