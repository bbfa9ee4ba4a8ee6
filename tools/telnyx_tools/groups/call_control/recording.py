"""Recording and transcribing calls."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from telnyx_tools.api.client import Telnyx
from telnyx_tools.groups.call_control import call_control
from telnyx_tools.groups.call_control.arguments import AudioFormat, Channels, Engine, LiveCall, Track
from telnyx_tools.groups.call_control.commands import CommandResult, command
from telnyx_tools.shared.client_state import ClientState
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.types import RecordingId


@call_control.tool(effect=Effect.WRITE, scope="voice.write", calls="POST /calls/{call_control_id}/actions/record_start")
async def start_recording(
    telnyx: Telnyx,
    call_control_id: LiveCall,
    channels: Annotated[Channels, Field(description="dual: each side its own")] = "single",
    format: AudioFormat = "mp3",
    max_length: Annotated[int | None, Field(ge=0, le=14_400, description="seconds; 0: no limit")] = None,
    play_beep: bool | None = None,
    recording_track: Track | None = None,
    timeout_secs: Annotated[int | None, Field(ge=0, description="end after this much silence; 0: never")] = None,
    trim_silence: Annotated[bool, Field(description="cut silence at both ends")] = False,
    custom_file_name: Annotated[
        str | None, Field(min_length=1, max_length=40, description="without file extension")
    ] = None,
    transcription: Annotated[bool | None, Field(description="costs extra")] = None,
    transcription_engine: Literal["A", "B", "deepgram/nova-3"] | None = None,
    client_state: ClientState | None = None,
) -> CommandResult:
    """Record an answered call, billed by the minute; list_recordings shows it after the call ends. Many places require
    the parties' consent."""
    return await command(
        telnyx,
        "/calls/{call_control_id}/actions/record_start",
        call_control_id,
        client_state,
        channels=channels,
        format=format,
        max_length=max_length,
        play_beep=play_beep,
        recording_track=recording_track,
        timeout_secs=timeout_secs,
        trim="trim-silence" if trim_silence else None,
        custom_file_name=custom_file_name,
        transcription=transcription,
        transcription_engine=transcription_engine,
    )


@call_control.tool(effect=Effect.WRITE, scope="voice.write", calls="POST /calls/{call_control_id}/actions/record_stop")
async def stop_recording(
    telnyx: Telnyx,
    call_control_id: LiveCall,
    recording_id: RecordingId | None = None,
    client_state: ClientState | None = None,
) -> CommandResult:
    """Stop a call's recording, or one of several."""
    template = "/calls/{call_control_id}/actions/record_stop"
    return await command(telnyx, template, call_control_id, client_state, recording_id=recording_id)


@call_control.tool(effect=Effect.WRITE, scope="voice.write", calls="POST /calls/{call_control_id}/actions/record_pause")
async def pause_recording(
    telnyx: Telnyx,
    call_control_id: LiveCall,
    recording_id: RecordingId | None = None,
    client_state: ClientState | None = None,
) -> CommandResult:
    """Pause a call's recording, for example while card numbers are spoken."""
    template = "/calls/{call_control_id}/actions/record_pause"
    return await command(telnyx, template, call_control_id, client_state, recording_id=recording_id)


@call_control.tool(
    effect=Effect.WRITE, scope="voice.write", calls="POST /calls/{call_control_id}/actions/record_resume"
)
async def resume_recording(
    telnyx: Telnyx,
    call_control_id: LiveCall,
    recording_id: RecordingId | None = None,
    client_state: ClientState | None = None,
) -> CommandResult:
    """Resume a paused recording; after collect_payment, not before wait_for_call until paid."""
    template = "/calls/{call_control_id}/actions/record_resume"
    return await command(telnyx, template, call_control_id, client_state, recording_id=recording_id)


@call_control.tool(
    effect=Effect.WRITE, scope="voice.write", calls="POST /calls/{call_control_id}/actions/transcription_start"
)
async def start_transcription(
    telnyx: Telnyx,
    call_control_id: LiveCall,
    transcription_engine: Engine | None = None,
    transcription_tracks: Track | None = None,
    client_state: ClientState | None = None,
) -> CommandResult:
    """Transcribe an answered call live, billed by the minute; list_call_events has the text."""
    return await command(
        telnyx,
        "/calls/{call_control_id}/actions/transcription_start",
        call_control_id,
        client_state,
        transcription_engine=transcription_engine,
        transcription_tracks=transcription_tracks,
    )


@call_control.tool(
    effect=Effect.WRITE, scope="voice.write", calls="POST /calls/{call_control_id}/actions/transcription_stop"
)
async def stop_transcription(
    telnyx: Telnyx, call_control_id: LiveCall, client_state: ClientState | None = None
) -> CommandResult:
    """Stop transcribing a call."""
    return await command(telnyx, "/calls/{call_control_id}/actions/transcription_stop", call_control_id, client_state)
