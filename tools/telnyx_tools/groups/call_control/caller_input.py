"""Input from the caller: digits, and answers to an AI voice."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from telnyx_tools.api.client import Telnyx
from telnyx_tools.argument_errors import InvalidArguments, Problem
from telnyx_tools.groups.call_control import call_control
from telnyx_tools.groups.call_control.arguments import LiveCall
from telnyx_tools.groups.call_control.commands import CommandResult, command
from telnyx_tools.shared.client_state import ClientState
from telnyx_tools.shared.voices import DEFAULT_VOICE, Voice, VoiceKey, voice_settings
from telnyx_tools.tool.bodies import Given, require_at_most_one
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.source import From
from telnyx_tools.tool.types import MediaName, Url
from telnyx_tools.tool.written import Written

Digits = Annotated[int, Field(ge=1, le=128)]
Millis = Annotated[int, Field(ge=1, le=120_000)]


@call_control.tool(
    effect=Effect.WRITE,
    scope="voice.write",
    calls=(
        "POST /calls/{call_control_id}/actions/gather_using_speak",
        "POST /calls/{call_control_id}/actions/gather_using_audio",
        "POST /calls/{call_control_id}/actions/gather",
    ),
    core=True,
    aliases=("gather", "gather_using_speak", "gather_using_audio"),
)
async def gather_digits(
    telnyx: Telnyx,
    call_control_id: LiveCall,
    payload: Annotated[str | None, Field(min_length=1, max_length=3_000, description="to say first")] = None,
    voice: Voice | None = None,
    voice_api_key_ref: VoiceKey | None = None,
    audio_url: Annotated[Url | None, Field(description="to play first")] = None,
    media_name: MediaName | None = None,
    minimum_digits: Digits | None = None,
    maximum_digits: Digits | None = None,
    terminating_digit: Annotated[str | None, Field(pattern=r"^[0-9*#]$", description="default #"), Written()] = None,
    valid_digits: Annotated[str | None, Field(pattern=r"^[0-9A-D*#]+$"), Written()] = None,
    timeout_millis: Annotated[Millis | None, Field(description="wait for the first digit")] = None,
    inter_digit_timeout_millis: Millis | None = None,
    maximum_tries: Annotated[Digits | None, Field(description="how many times to ask")] = None,
    invalid_payload: Annotated[str | None, Field(min_length=1, description="said after wrong input")] = None,
    client_state: ClientState | None = None,
) -> CommandResult:
    """Collect keypad digits on an answered call, after an optional question by voice or audio. wait_for_call until
    gathered returns them."""
    require_at_most_one(payload=payload, audio_url=audio_url, media_name=media_name)
    limits: dict[str, Any] = {
        "minimum_digits": minimum_digits,
        "maximum_digits": maximum_digits,
        "terminating_digit": terminating_digit,
        "valid_digits": valid_digits,
        "timeout_millis": timeout_millis,
        "inter_digit_timeout_millis": inter_digit_timeout_millis,
    }
    if payload is not None:
        return await command(
            telnyx,
            "/calls/{call_control_id}/actions/gather_using_speak",
            call_control_id,
            client_state,
            **limits,
            payload=payload,
            voice=voice or DEFAULT_VOICE,
            voice_settings=voice_settings(voice or DEFAULT_VOICE, voice_api_key_ref),
            maximum_tries=maximum_tries,
            invalid_payload=invalid_payload,
        )
    _require_no_speech(invalid_payload=invalid_payload)
    if audio_url or media_name:
        template = "/calls/{call_control_id}/actions/gather_using_audio"
        asked = {"audio_url": audio_url, "media_name": media_name, "maximum_tries": maximum_tries}
        return await command(telnyx, template, call_control_id, client_state, **limits, **asked)
    _require_no_speech(maximum_tries=maximum_tries)
    return await command(telnyx, "/calls/{call_control_id}/actions/gather", call_control_id, client_state, **limits)


def _require_no_speech(**given: object) -> None:
    names = [name for name, value in given.items() if value is not None]
    if names:
        problem = "It goes with a question; give payload, or leave it out."
        raise InvalidArguments([Problem(name, problem) for name in names])


@call_control.tool(effect=Effect.WRITE, scope="voice.write", calls="POST /calls/{call_control_id}/actions/gather_stop")
async def stop_gathering(
    telnyx: Telnyx, call_control_id: LiveCall, client_state: ClientState | None = None
) -> CommandResult:
    """Stop collecting digits; the event has the digits pressed so far."""
    return await command(telnyx, "/calls/{call_control_id}/actions/gather_stop", call_control_id, client_state)


class GatherAssistant(Given):
    instructions: str | None = None
    model: Annotated[str | None, From("list_ai_models")] = None


class Said(Given):
    role: Literal["user", "assistant"]
    content: str


@call_control.tool(
    effect=Effect.WRITE, scope="voice.write", calls="POST /calls/{call_control_id}/actions/gather_using_ai"
)
async def gather_using_ai(
    telnyx: Telnyx,
    call_control_id: LiveCall,
    parameters: Annotated[
        dict[str, Any], Field(description='what to find out, as JSON Schema: {"type":"object","properties":{...}}')
    ],
    greeting: Annotated[str | None, Field(max_length=3_000, description="said first")] = None,
    assistant: GatherAssistant | None = None,
    voice: Voice | None = None,
    gather_ended_speech: Annotated[str | None, Field(min_length=1, description="said at the end")] = None,
    message_history: list[Said] | None = None,
    user_response_timeout_ms: Annotated[int | None, Field(ge=1)] = None,
    send_partial_results: bool | None = None,
    client_state: ClientState | None = None,
) -> CommandResult:
    """Let an AI voice ask for several pieces of information on an answered call, billed by the minute. wait_for_call
    until gathered returns the answers."""
    return await command(
        telnyx,
        "/calls/{call_control_id}/actions/gather_using_ai",
        call_control_id,
        client_state,
        parameters=parameters,
        greeting=greeting,
        assistant=assistant,
        voice=voice,
        gather_ended_speech=gather_ended_speech,
        message_history=message_history,
        user_response_timeout_ms=user_response_timeout_ms,
        send_partial_results=send_partial_results,
    )
