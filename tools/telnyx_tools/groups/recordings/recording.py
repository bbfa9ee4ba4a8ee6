"""Recordings of calls and conferences."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from telnyx_tools.api.client import Query, Telnyx
from telnyx_tools.groups.recordings import recordings
from telnyx_tools.results.pages import Page, PageCursor, PageSize, fetch_page
from telnyx_tools.results.result import Detail, Part, Result, shape
from telnyx_tools.tool.bodies import Given
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.source import From
from telnyx_tools.tool.types import CallControlId, CallParty, ConferenceId, ConnectionId, Id, Moment, RecordingId


class Between(Given):
    gte: Moment | None = None
    lte: Moment | None = None


def bounds(between: Between | None) -> Query | None:
    """Return the bounds as a filter takes them."""
    return {"gte": between.gte, "lte": between.lte} if between else None


class DownloadUrls(Part):
    mp3: str | None = None
    wav: str | None = None


class RecordingSummary(Result):
    id: str | None = None
    status: str | None = None
    source: str | None = Field(None, description="call or conference")
    channels: str | None = None
    sender: str | None = Field(None, alias="from")
    to: str | None = None
    duration_millis: int | None = None
    recording_started_at: str | None = None
    recording_ended_at: str | None = None
    call_control_id: str | None = None
    call_session_id: str | None = None
    connection_id: str | None = None
    conference_id: str | None = None


class Recording(RecordingSummary):
    call_leg_id: str | None = None
    download_urls: DownloadUrls | None = Field(None, description="whoever has them can listen; valid for 10 minutes")


class DeletedRecordings(Result):
    status: str | None = None


@recordings.tool(effect=Effect.READ, scope="voice.read", calls="GET /recordings", aliases=("search_recordings",))
async def list_recordings(
    telnyx: Telnyx,
    from_number: CallParty | None = None,
    to: CallParty | None = None,
    created_at: Between | None = None,
    start_time: Between | None = None,
    end_time: Between | None = None,
    call_control_id: CallControlId | None = None,
    call_session_id: Annotated[Id | None, From("make_call", "list_call_events")] = None,
    call_leg_id: Annotated[Id | None, From("make_call", "list_call_events")] = None,
    sip_call_id: str | None = None,
    conference_id: ConferenceId | None = None,
    conference_region: Literal["US", "Europe", "Australia", "Middle East"] | None = None,
    connection_id: ConnectionId | None = None,
    page: PageCursor = "1",
    page_size: PageSize = 20,
    detail: Detail = "summary",
) -> Page[RecordingSummary]:
    """Recordings of calls and conferences: parties, time, duration. For the audio's URLs use get_recording or detail
    full."""
    wanted: Query = {
        "from": from_number,
        "to": to,
        "created_at": bounds(created_at),
        "start_time": bounds(start_time),
        "end_time": bounds(end_time),
        "call_control_id": call_control_id,
        "call_session_id": call_session_id,
        "call_leg_id": call_leg_id,
        "sip_call_id": sip_call_id,
        "conference_id": conference_id,
        "conference_region": conference_region,
        "connection_id": connection_id,
    }
    return await fetch_page(
        RecordingSummary,
        telnyx,
        "/recordings",
        {"filter": wanted},
        page=page,
        page_size=page_size,
        detail=detail,
    )


@recordings.tool(effect=Effect.READ, scope="voice.read", calls="GET /recordings/{recording_id}")
async def get_recording(telnyx: Telnyx, recording_id: RecordingId, detail: Detail = "summary") -> Recording:
    """A recording and its audio URLs, valid for 10 minutes; download_recording returns the audio itself."""
    return shape(Recording, await telnyx.get("/recordings/{recording_id}", recording_id=recording_id), detail)


@recordings.tool(effect=Effect.DESTROY, scope="voice.write", calls="DELETE /recordings/{recording_id}")
async def delete_recording(telnyx: Telnyx, recording_id: RecordingId) -> RecordingSummary:
    """Delete a recording for good."""
    answer = await telnyx.delete("/recordings/{recording_id}", recording_id=recording_id)
    return shape(RecordingSummary, answer or {"id": recording_id, "status": "deleted"})


@recordings.tool(effect=Effect.DESTROY, scope="voice.write", calls="POST /recordings/actions/delete")
async def delete_recordings_in_bulk(
    telnyx: Telnyx, recording_ids: Annotated[list[RecordingId], Field(min_length=1, max_length=1_000)]
) -> DeletedRecordings:
    """Delete several recordings for good."""
    answer = await telnyx.post("/recordings/actions/delete", body={"ids": recording_ids})
    return shape(DeletedRecordings, answer or {"status": "ok"})
