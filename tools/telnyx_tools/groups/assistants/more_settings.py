"""Every setting of an assistant, as update_assistant takes them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from telnyx_tools.groups.assistants import settings
from telnyx_tools.tool.bodies import Given
from telnyx_tools.tool.source import From
from telnyx_tools.tool.types import AssistantParty, SecretIdentifier, Url

Share = Annotated[float, Field(ge=0, le=1)]


class PredefinedAudio(Given):
    type: Literal["predefined_media"]
    value: Literal["silence", "office"]
    volume: Share | None = None


class TypingAudio(Given):
    type: Literal["predefined_media"]
    value: Literal["typing"]
    volume: Share | None = None


class AudioAt(Given):
    type: Literal["media_url"]
    value: str


class OwnAudio(Given):
    type: Literal["media_url", "media_name"]
    value: str


Audio = PredefinedAudio | OwnAudio


class VoiceSettings(settings.VoiceSettings):
    voice_speed: float | None = Field(None, ge=0.25, le=2, description="Telnyx and most others")
    background_audio: Audio | None = None
    tool_call_audio: TypingAudio | AudioAt | None = None
    expressive_mode: bool | None = Field(None, description="Telnyx Ultra")
    speed: float | None = Field(None, ge=0.25, le=2, description="ElevenLabs")
    similarity_boost: Share | None = Field(None, description="ElevenLabs")
    style: Share | None = Field(None, description="ElevenLabs")
    temperature: float | None = Field(None, ge=0, le=2)
    use_speaker_boost: bool | None = None


class TranscriptionSettings(Given):
    """Each model takes some of these; list_ai_models says nothing of them, Telnyx's documentation does."""

    eot_threshold: float | None = Field(None, ge=0.5, le=0.9, description="deepgram/flux: how sure of a turn's end")
    eot_timeout_ms: int | None = Field(None, ge=500, le=10_000)
    eager_eot_threshold: float | None = Field(None, ge=0.3, le=0.9)
    keyterm: str | None = Field(None, description="words to expect, comma-separated")
    language_hints: list[str] | None = None
    prompt: str | None = None
    numerals: bool | None = None
    smart_format: bool | None = None


class Transcription(Given):
    model: (
        Literal[
            "deepgram/flux",
            "deepgram/nova-3",
            "deepgram/nova-2",
            "speechmatics/standard",
            "speechmatics/linden-1",
            "azure/fast",
            "assemblyai/universal-3-5-pro",
            "assemblyai/universal-streaming",
            "xai/grok-stt",
            "soniox/stt-rt-v4",
            "soniox/stt-rt-v5",
            "nvidia/parakeet-v3",
            "omi-health/omi-med-stt-v1",
            "humain/realtime",
            "reson8/turns",
            "cohere/ar-stt",
            "telnyx/basira",
            "distil-whisper/distil-large-v2",
            "openai/whisper-large-v3-turbo",
        ]
        | None
    ) = None
    language: str | None = Field(None, description="like en, or auto")
    api_key_ref: SecretIdentifier | None = None
    region: str | None = Field(None, description="azure/fast")
    settings: TranscriptionSettings | None = None


class VoicemailMessage(Given):
    type: Literal["prompt", "message"] | None = None
    prompt: str | None = None
    message: str | None = None


class OnVoicemail(Given):
    action: Literal["stop_assistant", "leave_message_and_stop_assistant", "continue_assistant"] | None = None
    voicemail_message: VoicemailMessage | None = None


class VoicemailDetection(Given):
    on_voicemail_detected: OnVoicemail | None = None


class RecordingSettings(settings.RecordingSettings):
    channels: Literal["single", "dual"] | None = None
    format: Literal["wav", "mp3"] | None = None
    stop_on_conversation_end: bool | None = None


class TelephonySettings(settings.TelephonySettings):
    recording_settings: RecordingSettings | None = None
    noise_suppression: Literal["aicoustics", "krisp", "deepfilternet", "disabled"] | None = None
    user_idle_timeout_secs: int | None = Field(None, ge=30, le=14_400)
    user_idle_reply_secs: int | None = Field(None, ge=1)
    disable_dtmf: bool | None = Field(None, description="true with the tool pay")
    fallback_destination: AssistantParty | None = Field(
        None, description="number or SIP URI to use if the assistant fails"
    )
    supports_unauthenticated_web_calls: bool | None = None
    voicemail_detection: VoicemailDetection | None = None


class MessagingSettings(settings.MessagingSettings):
    conversation_inactivity_minutes: int | None = Field(None, ge=1)
    delivery_status_webhook_url: Url | None = None


class McpServerUse(Given):
    id: str
    allowed_tools: list[str] | None = None


class IntegrationUse(Given):
    integration_id: str
    allowed_list: list[str] | None = None


class PrivacySettings(Given):
    data_retention: bool | None = None
    pii_redaction: Literal["disabled", "redact"] | None = None
    in_transit_data_locality: bool | None = None


class InsightSettings(Given):
    insight_group_id: Annotated[str | None, From("list_insight_groups")] = None
    model: str | None = None


class ExternalLlm(Given):
    base_url: Url
    model: str
    authentication_method: Literal["token", "certificate"] | None = None
    llm_api_key_ref: SecretIdentifier | None = None
    certificate_ref: SecretIdentifier | None = None
    token_retrieval_url: Url | None = None
    forward_metadata: bool | None = None


class Fallback(Given):
    model: str | None = None
    llm_api_key_ref: SecretIdentifier | None = None
    external_llm: ExternalLlm | None = None


class Pauses(Given):
    on_punctuation_seconds: float | None = Field(None, ge=0)
    on_no_punctuation_seconds: float | None = Field(None, ge=0)
    on_number_seconds: float | None = Field(None, ge=0)


class SpeakingPlan(Given):
    wait_seconds: float | None = Field(None, ge=0)
    transcription_endpointing_plan: Pauses | None = None


class InterruptionSettings(Given):
    enable: bool | None = None
    disable_greeting_interruption: bool | None = None
    interrupt_prediction_threshold: Share | None = None
    start_speaking_plan: SpeakingPlan | None = None


class PostConversation(Given):
    enabled: bool


class WidgetSettings(Given):
    theme: Literal["light", "dark"] | None = None
    position: Literal["fixed", "static"] | None = None
    default_state: Literal["expanded", "collapsed"] | None = None
    start_call_text: str | None = None
    agent_thinking_text: str | None = None
    speak_to_interrupt_text: str | None = None
    logo_icon_url: Url | None = None
    give_feedback_url: Url | None = None
    report_issue_url: Url | None = None
    view_history_url: Url | None = None


Servers = Annotated[list[McpServerUse], From("list_assistant_mcp_servers")]
