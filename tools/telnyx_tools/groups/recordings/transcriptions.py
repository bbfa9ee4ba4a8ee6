"""Transcripts of recordings."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from telnyx_tools.api.client import Query, Telnyx
from telnyx_tools.groups.recordings import recordings
from telnyx_tools.groups.recordings.recording import Between, bounds
from telnyx_tools.results.outside import Outside
from telnyx_tools.results.pages import Page, PageCursor, PageSize, fetch_page
from telnyx_tools.results.result import Detail, Result, shape
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.types import RecordingId, RecordingTranscriptionId


class TranscriptionSummary(Result):
    id: str | None = None
    recording_id: str | None = None
    status: str | None = Field(None, description="in-progress or completed")
    duration_millis: int | None = None
    created_at: str | None = None


class Transcription(TranscriptionSummary):
    transcription_text: Annotated[str | None, Outside("who spoke on the call")] = None


@recordings.tool(effect=Effect.READ, scope="voice.read", calls="GET /recording_transcriptions")
async def list_recording_transcriptions(
    telnyx: Telnyx,
    recording_id: RecordingId | None = None,
    created_at: Between | None = None,
    page: PageCursor = "1",
    page_size: PageSize = 20,
    detail: Detail = "summary",
) -> Page[TranscriptionSummary]:
    """Transcripts of recordings and their status. For the text use get_recording_transcription or detail full."""
    query: Query = {"filter": {"recording_id": recording_id, "created_at": bounds(created_at)}}
    return await fetch_page(
        TranscriptionSummary,
        telnyx,
        "/recording_transcriptions",
        query,
        page=page,
        page_size=page_size,
        detail=detail,
    )


@recordings.tool(
    effect=Effect.READ, scope="voice.read", calls="GET /recording_transcriptions/{recording_transcription_id}"
)
async def get_recording_transcription(
    telnyx: Telnyx, recording_transcription_id: RecordingTranscriptionId, detail: Detail = "summary"
) -> Transcription:
    """The text of a transcript."""
    answer = await telnyx.get(
        "/recording_transcriptions/{recording_transcription_id}", recording_transcription_id=recording_transcription_id
    )
    return shape(Transcription, answer, detail)


@recordings.tool(
    effect=Effect.DESTROY, scope="voice.write", calls="DELETE /recording_transcriptions/{recording_transcription_id}"
)
async def delete_recording_transcription(
    telnyx: Telnyx, recording_transcription_id: RecordingTranscriptionId
) -> TranscriptionSummary:
    """Delete a transcript for good; the recording stays."""
    answer = await telnyx.delete(
        "/recording_transcriptions/{recording_transcription_id}", recording_transcription_id=recording_transcription_id
    )
    return shape(TranscriptionSummary, answer or {"id": recording_transcription_id, "status": "deleted"})
