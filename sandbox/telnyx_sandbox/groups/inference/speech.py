"""Text to speech: a tone as long as the text, and a list of voices."""

import base64
import math
import struct
from decimal import Decimal
from functools import lru_cache

from ...errors import SandboxError
from ...reply import Reply
from ...request import Request
from ...routing import Routes

routes = Routes()

PRICE_PER_CHARACTER = Decimal("0.00002")
CHARACTERS_PER_SECOND = 15
LONGEST_SECS = 5
"""Longer speech is cut, so that answers stay small."""

SAMPLE_RATE = 8_000
PITCH = 440

VOICES = (
    ("telnyx", "Telnyx.KokoroTTS.af", "af", "female", "en-US"),
    ("telnyx", "Telnyx.KokoroTTS.af_heart", "af_heart", "female", "en-US"),
    ("telnyx", "Telnyx.KokoroTTS.am", "am", "male", "en-US"),
    ("telnyx", "Telnyx.NaturalHD.astra", "astra", "female", "en-US"),
    ("aws", "AWS.Polly.Joanna-Neural", "Joanna", "female", "en-US"),
    ("aws", "AWS.Polly.Vicki-Neural", "Vicki", "female", "de-DE"),
    ("azure", "Azure.en-US-AvaMultilingualNeural", "Ava", "female", "en-US"),
)
_PROVIDERS = ("aws", "telnyx", "azure", "elevenlabs", "minimax", "resemble", "xai", "humain", "soniox")


@routes.get("/text-to-speech/voices")
def list_voices(request: Request) -> Reply:
    wanted = request.query.choice("provider", _PROVIDERS)
    names = ("provider", "voice_id", "name", "gender", "language")
    voices = [dict(zip(names, voice, strict=True)) for voice in VOICES if wanted in (None, voice[0])]
    return Reply({"voices": [{**voice, "hosted": voice["provider"] == "telnyx"} for voice in voices]})


@routes.post("/text-to-speech/speech")
def speak(request: Request) -> Reply:
    body = request.body
    text, voice = body.required_text("text"), body.text("voice")
    provider = (voice or "").partition(".")[0].lower() or body.choice("provider", _PROVIDERS)
    if provider is None:
        raise SandboxError("10004", "Name a voice, or a provider.", pointer="/voice")
    if provider not in _PROVIDERS:
        raise SandboxError("10015", "A voice is written as Provider.Model.Voice.", pointer="/voice")
    request.account.charge(PRICE_PER_CHARACTER * len(text))
    audio = wav(min(LONGEST_SECS, -(-len(text) // CHARACTERS_PER_SECOND)))
    if body.text("output_type") == "base64_output":
        return Reply({"base64_audio": base64.b64encode(audio).decode()})
    return Reply(audio, media_type="audio/wav")


@lru_cache(64)
def wav(seconds: float) -> bytes:
    """One channel of 8 bits, 8,000 samples a second; the same bytes every time."""
    count = int(seconds * SAMPLE_RATE)
    samples = bytes(int(128 + 40 * math.sin(2 * math.pi * PITCH * index / SAMPLE_RATE)) for index in range(count))
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, SAMPLE_RATE, SAMPLE_RATE, 1, 8)
    body = b"WAVE" + form + struct.pack("<4sI", b"data", count) + samples
    return struct.pack("<4sI", b"RIFF", len(body)) + body
