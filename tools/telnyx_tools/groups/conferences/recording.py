"""Recording a conference."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from telnyx_tools.api.client import Telnyx
from telnyx_tools.groups.conferences import conferences
from telnyx_tools.groups.conferences.command import Accepted, Region, command_once
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.types import ConferenceId, RecordingId

_ACTIONS = {
    "stop": "/conferences/{id}/actions/record_stop",
    "pause": "/conferences/{id}/actions/record_pause",
    "resume": "/conferences/{id}/actions/record_resume",
}


@conferences.tool(effect=Effect.WRITE, scope="voice.write", calls="POST /conferences/{id}/actions/record_start")
async def start_conference_recording(
    telnyx: Telnyx,
    conference_id: ConferenceId,
    format: Literal["wav", "mp3"] = "mp3",
    channels: Annotated[
        Literal["single", "dual"] | None, Field(description="dual: the creator on a channel of their own")
    ] = None,
    play_beep: bool | None = None,
    trim: Annotated[Literal["trim-silence"] | None, Field(description="cut silence at both ends")] = None,
    custom_file_name: Annotated[str | None, Field(min_length=1, description="Telnyx adds the time")] = None,
    region: Region | None = None,
) -> Accepted:
    """Record a conference; find the recording with list_recordings by conference_id. Tell the participants where the
    law requires it."""
    body = {
        "format": format,
        "channels": channels,
        "play_beep": play_beep,
        "trim": trim,
        "custom_file_name": custom_file_name,
        "region": region,
    }
    return await command_once(telnyx, "/conferences/{id}/actions/record_start", conference_id, body)


@conferences.tool(
    effect=Effect.WRITE,
    scope="voice.write",
    calls=tuple(f"POST {template}" for template in _ACTIONS.values()),
    idempotent=True,
)
async def control_conference_recording(
    telnyx: Telnyx,
    conference_id: ConferenceId,
    action: Literal["stop", "pause", "resume"],
    recording_id: Annotated[RecordingId | None, Field(description="if several are running")] = None,
    region: Region | None = None,
) -> Accepted:
    """Stop, pause or resume the recording of a conference."""
    body = {"recording_id": recording_id, "region": region}
    return await command_once(telnyx, _ACTIONS[action], conference_id, body)
