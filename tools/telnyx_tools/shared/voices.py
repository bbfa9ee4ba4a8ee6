"""The voices that speak on calls."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from telnyx_tools.argument_errors import InvalidArguments, Problem
from telnyx_tools.tool.source import From
from telnyx_tools.tool.types import Id

Voice = Annotated[Id, From("list_tts_voices")]
DEFAULT_VOICE = "AWS.Polly.Joanna-Neural"
VoiceKey = Annotated[str, Field(description="secret, for ElevenLabs")]
VoiceSpeed = Annotated[float, Field(ge=0.5, le=2.0)]

_KEYED = frozenset({"elevenlabs", "azure"})
_SPEEDS = {"telnyx": "voice_speed", "minimax": "speed", "soniox": "speed"}


def voice_settings(voice: str, api_key_ref: str | None, speed: float | None = None) -> dict[str, object] | None:
    """The voice settings for the provider of the voice. Raises InvalidArguments for a value that it does not take."""
    provider = voice.partition(".")[0].lower()
    problems = []
    if api_key_ref is not None and provider not in _KEYED:
        problems.append(Problem("voice_api_key_ref", "Only voices of ElevenLabs and Azure take a key; leave it out."))
    if speed is not None and provider not in _SPEEDS:
        problems.append(Problem("voice_speed", "Only voices of Telnyx, Minimax and Soniox take a speed; leave it out."))
    if problems:
        raise InvalidArguments(problems)
    if api_key_ref is not None:
        return {"type": provider, "api_key_ref": api_key_ref}
    return None if speed is None else {"type": provider, _SPEEDS[provider]: speed}
