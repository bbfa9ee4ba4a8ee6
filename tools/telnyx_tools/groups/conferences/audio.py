"""Sound in a conference, and digits collected from it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from telnyx_tools.api.client import Telnyx
from telnyx_tools.groups.conferences import conferences
from telnyx_tools.groups.conferences.command import (
    Accepted,
    AudioName,
    AudioUrl,
    Everyone,
    Region,
    command,
    command_once,
)
from telnyx_tools.shared.client_state import ClientState, encoded
from telnyx_tools.shared.voices import Voice, VoiceKey, VoiceSpeed, voice_settings
from telnyx_tools.tool.bodies import require_at_most_one, require_one
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.types import CallControlId, ConferenceId
from telnyx_tools.tool.written import Written

Millis = Annotated[int, Field(ge=1, le=120_000)]
Digits = Annotated[int, Field(ge=1, le=128)]
Loop = Annotated[Annotated[int, Field(ge=1, le=100)] | Literal["infinity"], Field(description="how many times")]
Language = Literal[
    "arb",
    "cmn-CN",
    "cy-GB",
    "da-DK",
    "de-DE",
    "en-AU",
    "en-GB",
    "en-GB-WLS",
    "en-IN",
    "en-US",
    "es-ES",
    "es-MX",
    "es-US",
    "fr-CA",
    "fr-FR",
    "hi-IN",
    "is-IS",
    "it-IT",
    "ja-JP",
    "ko-KR",
    "nb-NO",
    "nl-NL",
    "pl-PL",
    "pt-BR",
    "pt-PT",
    "ro-RO",
    "ru-RU",
    "sv-SE",
    "tr-TR",
]


@conferences.tool(effect=Effect.WRITE, scope="voice.write", calls="POST /conferences/{id}/actions/speak")
async def speak_in_conference(
    telnyx: Telnyx,
    conference_id: ConferenceId,
    payload: Annotated[str, Field(min_length=1, max_length=3_000, description="text, or SSML")],
    voice: Voice = "AWS.Polly.Joanna-Neural",
    voice_api_key_ref: VoiceKey | None = None,
    voice_speed: VoiceSpeed | None = None,
    payload_type: Literal["text", "ssml"] | None = None,
    language: Language | None = None,
    call_control_ids: Everyone = [],
    region: Region | None = None,
) -> Accepted:
    """Speak a text to a conference, or to some participants."""
    body = {
        "payload": payload,
        "voice": voice,
        "payload_type": payload_type,
        "language": language,
        "voice_settings": voice_settings(voice, voice_api_key_ref, voice_speed),
        "call_control_ids": call_control_ids or None,
        "region": region,
    }
    return await command_once(telnyx, "/conferences/{id}/actions/speak", conference_id, body)


@conferences.tool(effect=Effect.WRITE, scope="voice.write", calls="POST /conferences/{id}/actions/play")
async def play_in_conference(
    telnyx: Telnyx,
    conference_id: ConferenceId,
    audio_url: AudioUrl = None,
    media_name: AudioName = None,
    loop: Loop | None = None,
    call_control_ids: Everyone = [],
    region: Region | None = None,
) -> Accepted:
    """Play an audio file, by URL or media name, to a conference or to some participants."""
    require_one(audio_url=audio_url, media_name=media_name)
    body = {
        "audio_url": audio_url,
        "media_name": media_name,
        "loop": loop,
        "call_control_ids": call_control_ids or None,
        "region": region,
    }
    return await command(telnyx, "/conferences/{id}/actions/play", conference_id, body)


@conferences.tool(
    effect=Effect.WRITE, scope="voice.write", calls="POST /conferences/{id}/actions/stop", idempotent=True
)
async def stop_conference_audio(
    telnyx: Telnyx, conference_id: ConferenceId, call_control_ids: Everyone = [], region: Region | None = None
) -> Accepted:
    """Stop the audio playing in a conference."""
    body = {"call_control_ids": call_control_ids or None, "region": region}
    return await command(telnyx, "/conferences/{id}/actions/stop", conference_id, body)


@conferences.tool(effect=Effect.WRITE, scope="voice.write", calls="POST /conferences/{id}/actions/send_dtmf")
async def send_conference_dtmf(
    telnyx: Telnyx,
    conference_id: ConferenceId,
    digits: Annotated[
        str, Field(pattern=r"^[0-9A-D*#wW]{1,100}$", description="0-9 A-D * #; w and W pause"), Written()
    ],
    duration_millis: Annotated[int | None, Field(ge=100, le=500)] = None,
    call_control_ids: Everyone = [],
    client_state: ClientState | None = None,
) -> Accepted:
    """Send DTMF tones to the participants of a conference."""
    body = {
        "digits": digits,
        "duration_millis": duration_millis,
        "call_control_ids": call_control_ids or None,
        "client_state": encoded(client_state),
    }
    return await command(telnyx, "/conferences/{id}/actions/send_dtmf", conference_id, body)


@conferences.tool(effect=Effect.WRITE, scope="voice.write", calls="POST /conferences/{id}/actions/gather_using_audio")
async def gather_conference_digits(
    telnyx: Telnyx,
    conference_id: ConferenceId,
    call_control_id: Annotated[CallControlId, Field(description="participant who is asked")],
    audio_url: AudioUrl = None,
    media_name: AudioName = None,
    minimum_digits: Digits | None = None,
    maximum_digits: Digits | None = None,
    maximum_tries: Digits | None = None,
    terminating_digit: Annotated[
        str | None, Field(pattern=r"^[0-9A-D*#]?$", description='"": none ends it'), Written()
    ] = None,
    valid_digits: Annotated[
        str | None, Field(pattern=r"^[0-9A-D*#]{1,16}$", description="others are ignored"), Written()
    ] = None,
    initial_timeout_millis: Millis | None = None,
    inter_digit_timeout_millis: Millis | None = None,
    timeout_millis: Millis | None = None,
    stop_playback_on_dtmf: bool | None = None,
    invalid_audio_url: AudioUrl = None,
    invalid_media_name: AudioName = None,
    gather_id: Annotated[str | None, Field(max_length=100, description="returned in the event")] = None,
    client_state: ClientState | None = None,
) -> Accepted:
    """Play a prompt to one conference participant and collect digits, which arrive as an event."""
    require_at_most_one(audio_url=audio_url, media_name=media_name)
    require_at_most_one(invalid_audio_url=invalid_audio_url, invalid_media_name=invalid_media_name)
    body = {
        "call_control_id": call_control_id,
        "audio_url": audio_url,
        "media_name": media_name,
        "minimum_digits": minimum_digits,
        "maximum_digits": maximum_digits,
        "maximum_tries": maximum_tries,
        "terminating_digit": terminating_digit,
        "valid_digits": valid_digits,
        "initial_timeout_millis": initial_timeout_millis,
        "inter_digit_timeout_millis": inter_digit_timeout_millis,
        "timeout_millis": timeout_millis,
        "stop_playback_on_dtmf": stop_playback_on_dtmf,
        "invalid_audio_url": invalid_audio_url,
        "invalid_media_name": invalid_media_name,
        "gather_id": gather_id,
        "client_state": encoded(client_state),
    }
    return await command(telnyx, "/conferences/{id}/actions/gather_using_audio", conference_id, body)
