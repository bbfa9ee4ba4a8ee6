"""Participants of a conference: joining, leaving, being heard."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from telnyx_tools.api.client import Query, Telnyx
from telnyx_tools.argument_errors import InvalidArguments, Problem
from telnyx_tools.groups.conferences import conferences
from telnyx_tools.groups.conferences.command import (
    Accepted,
    AudioName,
    AudioUrl,
    Beep,
    Everyone,
    Region,
    command,
    command_once,
)
from telnyx_tools.results.pages import Page, PageCursor, PageSize, fetch_page
from telnyx_tools.results.result import Detail, Result, shape
from telnyx_tools.shared.client_state import ClientState, encoded
from telnyx_tools.tool.bodies import OMITTED, NewValue, changed, require_at_most_one
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.source import From
from telnyx_tools.tool.types import CallControlId, ConferenceId, Id

ParticipantId = Annotated[Id, From("list_conference_participants", what="id or label")]
SupervisorRole = Annotated[
    Literal["barge", "monitor", "whisper", "none"],
    Field(description="monitor: only listens; whisper: heard by whisper_call_control_ids only; barge: by all"),
]
EndsOnExit = Annotated[bool, Field(description="when this one leaves, hang up on all")]
SoftEndsOnExit = Annotated[bool, Field(description="when this one leaves, end it but keep the calls")]


class Participant(Result):
    id: str | None = None
    call_control_id: str | None = None
    call_leg_id: str | None = None
    label: str | None = None
    status: str | None = Field(None, description="joining, joined or left")
    muted: bool | None = None
    on_hold: bool | None = None
    end_conference_on_exit: bool | None = None
    soft_end_conference_on_exit: bool | None = None
    whisper_call_control_ids: list[str] | None = None
    created_at: str | None = None


@conferences.tool(effect=Effect.READ, scope="voice.read", calls="GET /conferences/{conference_id}/participants")
async def list_conference_participants(
    telnyx: Telnyx,
    conference_id: ConferenceId,
    muted: bool | None = None,
    on_hold: bool | None = None,
    whispering: bool | None = None,
    region: Region | None = None,
    page: PageCursor = "1",
    page_size: PageSize = 20,
    detail: Detail = "summary",
) -> Page[Participant]:
    """Who is in a conference, and who is muted or on hold."""
    query: Query = {"filter": {"muted": muted, "on_hold": on_hold, "whispering": whispering}, "region": region}
    return await fetch_page(
        Participant,
        telnyx,
        "/conferences/{conference_id}/participants",
        query,
        page=page,
        page_size=page_size,
        detail=detail,
        conference_id=conference_id,
    )


@conferences.tool(effect=Effect.READ, scope="voice.read", calls="GET /conferences/{id}/participants/{participant_id}")
async def get_conference_participant(
    telnyx: Telnyx, conference_id: ConferenceId, participant_id: ParticipantId, detail: Detail = "summary"
) -> Participant:
    """One participant of a conference."""
    answer = await telnyx.get(
        "/conferences/{id}/participants/{participant_id}", id=conference_id, participant_id=participant_id
    )
    return shape(Participant, answer, detail)


@conferences.tool(
    effect=Effect.WRITE,
    scope="voice.write",
    calls="PATCH /conferences/{id}/participants/{participant_id}",
    idempotent=True,
)
async def update_conference_participant(
    telnyx: Telnyx,
    conference_id: ConferenceId,
    participant_id: ParticipantId,
    beep_enabled: NewValue[Beep] = OMITTED,
    end_conference_on_exit: NewValue[EndsOnExit] = OMITTED,
    soft_end_conference_on_exit: NewValue[SoftEndsOnExit] = OMITTED,
) -> Participant:
    """Change what happens when a participant leaves a conference."""
    body = changed(
        {
            "beep_enabled": beep_enabled,
            "end_conference_on_exit": end_conference_on_exit,
            "soft_end_conference_on_exit": soft_end_conference_on_exit,
        }
    )
    answer = await telnyx.patch(
        "/conferences/{id}/participants/{participant_id}", body=body, id=conference_id, participant_id=participant_id
    )
    return shape(Participant, answer)


@conferences.tool(effect=Effect.WRITE, scope="voice.write", calls="POST /conferences/{id}/actions/join")
async def join_conference(
    telnyx: Telnyx,
    conference_id: ConferenceId,
    call_control_id: Annotated[CallControlId, Field(description="answered call that joins")],
    mute: bool | None = None,
    hold: bool | None = None,
    hold_audio_url: AudioUrl = None,
    hold_media_name: AudioName = None,
    start_conference_on_enter: bool | None = None,
    end_conference_on_exit: EndsOnExit | None = None,
    soft_end_conference_on_exit: SoftEndsOnExit | None = None,
    supervisor_role: SupervisorRole | None = None,
    whisper_call_control_ids: list[CallControlId] | None = None,
    beep_enabled: Beep | None = None,
    client_state: ClientState | None = None,
    region: Region | None = None,
) -> Accepted:
    """Add an answered call to a conference."""
    require_at_most_one(hold_audio_url=hold_audio_url, hold_media_name=hold_media_name)
    body = {
        "call_control_id": call_control_id,
        "mute": mute,
        "hold": hold,
        "hold_audio_url": hold_audio_url,
        "hold_media_name": hold_media_name,
        "start_conference_on_enter": start_conference_on_enter,
        "end_conference_on_exit": end_conference_on_exit,
        "soft_end_conference_on_exit": soft_end_conference_on_exit,
        "supervisor_role": supervisor_role,
        "whisper_call_control_ids": whisper_call_control_ids,
        "beep_enabled": beep_enabled,
        "client_state": encoded(client_state),
        "region": region,
    }
    return await command_once(telnyx, "/conferences/{id}/actions/join", conference_id, body)


@conferences.tool(effect=Effect.WRITE, scope="voice.write", calls="POST /conferences/{id}/actions/leave")
async def leave_conference(
    telnyx: Telnyx,
    conference_id: ConferenceId,
    call_control_id: CallControlId,
    beep_enabled: Beep | None = None,
    region: Region | None = None,
) -> Accepted:
    """Remove a call from a conference; the call continues."""
    body = {"call_control_id": call_control_id, "beep_enabled": beep_enabled, "region": region}
    return await command_once(telnyx, "/conferences/{id}/actions/leave", conference_id, body)


@conferences.tool(
    effect=Effect.WRITE,
    scope="voice.write",
    calls=("POST /conferences/{id}/actions/mute", "POST /conferences/{id}/actions/unmute"),
    idempotent=True,
)
async def mute_conference_participants(
    telnyx: Telnyx,
    conference_id: ConferenceId,
    mute: Annotated[bool, Field(description="false: unmute")] = True,
    call_control_ids: Everyone = [],
    region: Region | None = None,
) -> Accepted:
    """Mute or unmute participants of a conference."""
    body = {"call_control_ids": call_control_ids or None, "region": region}
    action = "/conferences/{id}/actions/mute" if mute else "/conferences/{id}/actions/unmute"
    return await command(telnyx, action, conference_id, body)


@conferences.tool(
    effect=Effect.WRITE,
    scope="voice.write",
    calls=("POST /conferences/{id}/actions/hold", "POST /conferences/{id}/actions/unhold"),
    idempotent=True,
)
async def hold_conference_participants(
    telnyx: Telnyx,
    conference_id: ConferenceId,
    hold: Annotated[bool, Field(description="false: take off hold")] = True,
    call_control_ids: Annotated[
        list[CallControlId], Field(description="default: hold everyone; required to take off hold")
    ] = [],
    audio_url: AudioUrl = None,
    media_name: AudioName = None,
    region: Region | None = None,
) -> Accepted:
    """Put conference participants on hold, optionally with music, or take them off hold."""
    if hold:
        require_at_most_one(audio_url=audio_url, media_name=media_name)
        body = {
            "call_control_ids": call_control_ids or None,
            "audio_url": audio_url,
            "media_name": media_name,
            "region": region,
        }
        return await command(telnyx, "/conferences/{id}/actions/hold", conference_id, body)
    _check_taking_off_hold(call_control_ids, audio_url or media_name)
    body = {"call_control_ids": call_control_ids, "region": region}
    return await command(telnyx, "/conferences/{id}/actions/unhold", conference_id, body)


def _check_taking_off_hold(call_control_ids: list[str], audio: str | None) -> None:
    problems = []
    if not call_control_ids:
        hint = "Name whom to take off hold: list_conference_participants with on_hold true."
        problems.append(Problem("call_control_ids", hint))
    if audio is not None:
        problems.append(Problem("hold", "Audio is for putting on hold; leave it out to take off hold."))
    if problems:
        raise InvalidArguments(problems)


@conferences.tool(
    effect=Effect.WRITE, scope="voice.write", calls="POST /conferences/{id}/actions/update", idempotent=True
)
async def set_conference_supervisor(
    telnyx: Telnyx,
    conference_id: ConferenceId,
    call_control_id: CallControlId,
    supervisor_role: SupervisorRole,
    whisper_call_control_ids: list[CallControlId] | None = None,
    region: Region | None = None,
) -> Accepted:
    """Make a conference participant a supervisor, or an ordinary participant again (none)."""
    body = {
        "call_control_id": call_control_id,
        "supervisor_role": supervisor_role,
        "whisper_call_control_ids": whisper_call_control_ids,
        "region": region,
    }
    return await command_once(telnyx, "/conferences/{id}/actions/update", conference_id, body)
