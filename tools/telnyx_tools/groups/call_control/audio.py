"""Sound on a call: speech, audio files, digits."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from telnyx_tools.api.client import Telnyx
from telnyx_tools.argument_errors import InvalidArguments, Problem
from telnyx_tools.groups.call_control import call_control
from telnyx_tools.groups.call_control.arguments import LiveCall, TargetLegs
from telnyx_tools.groups.call_control.commands import CommandResult, command
from telnyx_tools.shared.client_state import ClientState
from telnyx_tools.shared.voices import DEFAULT_VOICE, Voice, VoiceKey, voice_settings
from telnyx_tools.tool.bodies import require_at_most_one
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.types import MediaName, Url
from telnyx_tools.tool.written import Written

Loop = Annotated[int, Field(ge=1, le=100)] | Literal["infinity"]
Stop = Literal["current", "all"]


@call_control.tool(
    effect=Effect.WRITE,
    scope="voice.write",
    calls="POST /calls/{call_control_id}/actions/speak",
    core=True,
    aliases=("speak_on_call",),
)
async def speak(
    telnyx: Telnyx,
    call_control_id: LiveCall,
    payload: Annotated[str, Field(min_length=1, max_length=3_000, description="to say")],
    voice: Voice | None = None,
    voice_api_key_ref: VoiceKey | None = None,
    payload_type: Literal["text", "ssml"] | None = None,
    loop: Loop | None = None,
    stop: Annotated[Stop | None, Field(description="first stop what is playing")] = None,
    target_legs: TargetLegs | None = None,
    client_state: ClientState | None = None,
) -> CommandResult:
    """Speak a text on an answered call. To ask for digits use gather_digits."""
    return await command(
        telnyx,
        "/calls/{call_control_id}/actions/speak",
        call_control_id,
        client_state,
        payload=payload,
        voice=voice or DEFAULT_VOICE,
        voice_settings=voice_settings(voice or DEFAULT_VOICE, voice_api_key_ref),
        payload_type=payload_type,
        loop=loop,
        stop=stop,
        target_legs=target_legs,
    )


@call_control.tool(
    effect=Effect.WRITE,
    scope="voice.write",
    calls="POST /calls/{call_control_id}/actions/playback_start",
    aliases=("play_audio",),
)
async def playback_start(
    telnyx: Telnyx,
    call_control_id: LiveCall,
    audio_url: Annotated[Url | None, Field(description="MP3 or WAV")] = None,
    media_name: MediaName | None = None,
    playback_content: Annotated[str | None, Field(min_length=1, description="MP3 or WAV in base64")] = None,
    audio_type: Literal["wav", "mp3"] | None = None,
    loop: Loop | None = None,
    overlay: Annotated[bool | None, Field(description="mix with what plays")] = None,
    stop: Stop | None = None,
    target_legs: TargetLegs | None = None,
    cache_audio: bool | None = None,
    client_state: ClientState | None = None,
) -> CommandResult:
    """Play one audio file on an answered call."""
    require_at_most_one(audio_url=audio_url, media_name=media_name, playback_content=playback_content)
    if not (audio_url or media_name or playback_content):
        raise InvalidArguments([Problem("audio_url", "Give audio_url, media_name or playback_content.")])
    return await command(
        telnyx,
        "/calls/{call_control_id}/actions/playback_start",
        call_control_id,
        client_state,
        audio_url=audio_url,
        media_name=media_name,
        playback_content=playback_content,
        audio_type=audio_type,
        loop=loop,
        overlay=overlay,
        stop=stop,
        target_legs=target_legs,
        cache_audio=cache_audio,
    )


@call_control.tool(
    effect=Effect.WRITE,
    scope="voice.write",
    calls="POST /calls/{call_control_id}/actions/playback_stop",
    aliases=("stop_audio",),
)
async def playback_stop(
    telnyx: Telnyx,
    call_control_id: LiveCall,
    stop: Annotated[Stop | None, Field(description="default all, with what is queued")] = None,
    overlay: Annotated[bool | None, Field(description="stop the overlay alone")] = None,
    client_state: ClientState | None = None,
) -> CommandResult:
    """Stop speech and audio on a call."""
    template = "/calls/{call_control_id}/actions/playback_stop"
    return await command(telnyx, template, call_control_id, client_state, stop=stop, overlay=overlay)


@call_control.tool(effect=Effect.WRITE, scope="voice.write", calls="POST /calls/{call_control_id}/actions/send_dtmf")
async def send_dtmf(
    telnyx: Telnyx,
    call_control_id: LiveCall,
    digits: Annotated[
        str, Field(pattern=r"^[0-9A-DwW*#]+$", description="0-9, A-D, * and #; w pauses 0.5 s, W 1 s"), Written()
    ],
    duration_millis: Annotated[int | None, Field(ge=100, le=500)] = None,
    client_state: ClientState | None = None,
) -> CommandResult:
    """Press keys on an answered call, as for a phone menu."""
    template = "/calls/{call_control_id}/actions/send_dtmf"
    return await command(
        telnyx, template, call_control_id, client_state, digits=digits, duration_millis=duration_millis
    )
