"""The settings of an assistant as create_assistant takes them; `more_settings` has all of them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from telnyx_tools.tool.bodies import Given
from telnyx_tools.tool.source import From
from telnyx_tools.tool.types import BucketName, Id, MessagingProfileId, TexmlApplicationId, TextOrEmpty

Text = Annotated[str, Field(min_length=1)]
About = Annotated[str, Field(description="its purpose")]
Model = Annotated[Id, From("list_ai_models")]
Greeting = Annotated[
    TextOrEmpty,
    Field(
        description='first words; "": waits; <assistant-speaks-first-with-model-generated-message>: the model\'s own'
    ),
]
Instructions = Annotated[str, Field(min_length=1, description="system prompt; {{name}} inserts a dynamic variable")]
Features = Annotated[list[Literal["telephony", "messaging"]], Field(min_length=1)]
Variables = dict[str, str]
ToolIds = Annotated[list[Text], From("list_assistant_tools")]
Knowledge = Annotated[list[BucketName], Field(min_length=1), From("list_embedded_buckets")]
WebhookMillis = Annotated[int, Field(ge=1, le=10_000)]


class VoiceSettings(Given):
    voice: Annotated[str, From("list_tts_voices", what="voice_id")]
    api_key_ref: str | None = Field(None, description="secret, for ElevenLabs")


class Transcription(Given):
    model: (
        Literal["deepgram/flux", "deepgram/nova-3", "azure/fast", "soniox/stt-rt-v5", "openai/whisper-large-v3-turbo"]
        | None
    ) = None
    language: str | None = Field(None, description="like en")


class RecordingSettings(Given):
    enabled: bool | None = None


class TelephonySettings(Given):
    default_texml_app_id: TexmlApplicationId | None = None
    time_limit_secs: int | None = Field(None, ge=30)
    recording_settings: RecordingSettings | None = None


class MessagingSettings(Given):
    default_messaging_profile_id: MessagingProfileId | None = None
