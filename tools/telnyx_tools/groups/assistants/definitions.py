"""An assistant's definition: created, then changed version by version."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

from pydantic import Field

from telnyx_tools.api.client import Telnyx
from telnyx_tools.api.errors import ApiError
from telnyx_tools.groups.assistants import assistants
from telnyx_tools.groups.assistants import more_settings as more
from telnyx_tools.groups.assistants.assistant import Assistant, assistant_of
from telnyx_tools.groups.assistants.inline import InlineTools
from telnyx_tools.groups.assistants.settings import (
    About,
    Features,
    Greeting,
    Instructions,
    Knowledge,
    MessagingSettings,
    Model,
    TelephonySettings,
    Text,
    ToolIds,
    Transcription,
    Variables,
    VoiceSettings,
    WebhookMillis,
)
from telnyx_tools.tool.bodies import OMITTED, NewValue, changed, present
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.types import AssistantId, SecretIdentifier, Url

NO_MODEL = (
    "Take a model of `list_ai_models`, or leave it out. One of another provider needs llm_api_key_ref, a secret of "
    "`list_integration_secrets`."
)


@assistants.tool(effect=Effect.WRITE, scope="ai.write", calls="POST /ai/assistants", core=True)
async def create_assistant(
    telnyx: Telnyx,
    name: Text,
    instructions: Instructions,
    greeting: Greeting | None = None,
    model: Model | None = None,
    description: About | None = None,
    enabled_features: Features | None = None,
    voice_settings: VoiceSettings | None = None,
    transcription: Transcription | None = None,
    telephony_settings: TelephonySettings | None = None,
    messaging_settings: MessagingSettings | None = None,
    knowledge: Knowledge | None = None,
    tool_ids: ToolIds | None = None,
    dynamic_variables: Variables | None = None,
    llm_api_key_ref: SecretIdentifier | None = None,
) -> Assistant:
    """Create an AI assistant for calls, messages, or both; name and instructions are enough. Telnyx creates its TeXML
    application and messaging profile. Changes, transfer and hangup: update_assistant."""
    body = {
        "name": name,
        "instructions": instructions,
        "greeting": greeting,
        "model": model,
        "description": description,
        "enabled_features": enabled_features,
        "voice_settings": voice_settings,
        "transcription": transcription,
        "telephony_settings": telephony_settings,
        "messaging_settings": messaging_settings,
        "tools": [{"type": "retrieval", "retrieval": {"bucket_ids": knowledge}}] if knowledge else None,
        "tool_ids": tool_ids,
        "dynamic_variables": dynamic_variables,
        "llm_api_key_ref": llm_api_key_ref,
    }
    with _remedied():
        return assistant_of(await telnyx.post("/ai/assistants", body=present(body), idempotency_key=True))


@assistants.tool(effect=Effect.WRITE, scope="ai.write", calls="POST /ai/assistants/{assistant_id}")
async def update_assistant(
    telnyx: Telnyx,
    assistant_id: AssistantId,
    name: NewValue[Text] = OMITTED,
    instructions: NewValue[Instructions] = OMITTED,
    greeting: NewValue[Greeting] = OMITTED,
    model: NewValue[Model] = OMITTED,
    description: NewValue[About] = OMITTED,
    enabled_features: NewValue[Features] = OMITTED,
    voice_settings: NewValue[more.VoiceSettings] = OMITTED,
    transcription: NewValue[more.Transcription] = OMITTED,
    telephony_settings: NewValue[more.TelephonySettings] = OMITTED,
    messaging_settings: NewValue[more.MessagingSettings] = OMITTED,
    tool_ids: Annotated[NewValue[ToolIds], Field(description="replaces all; attach_assistant_tool adds one")] = OMITTED,
    tools: NewValue[InlineTools] = OMITTED,
    mcp_servers: NewValue[more.Servers] = OMITTED,
    integrations: NewValue[list[more.IntegrationUse]] = OMITTED,
    dynamic_variables: NewValue[Variables] = OMITTED,
    dynamic_variables_webhook_url: Annotated[
        NewValue[Url], Field(description='answers {"dynamic_variables": {...}} when a conversation starts')
    ] = OMITTED,
    dynamic_variables_webhook_timeout_ms: NewValue[WebhookMillis] = OMITTED,
    llm_api_key_ref: NewValue[SecretIdentifier] = OMITTED,
    external_llm: Annotated[
        NewValue[more.ExternalLlm], Field(description="your own model in place of model")
    ] = OMITTED,
    fallback_config: Annotated[NewValue[more.Fallback], Field(description="when the model fails")] = OMITTED,
    insight_settings: NewValue[more.InsightSettings] = OMITTED,
    privacy_settings: Annotated[
        NewValue[more.PrivacySettings], Field(description="redact excludes SMS and WhatsApp")
    ] = OMITTED,
    interruption_settings: NewValue[more.InterruptionSettings] = OMITTED,
    post_conversation_settings: NewValue[more.PostConversation] = OMITTED,
    widget_settings: NewValue[more.WidgetSettings] = OMITTED,
    tags: NewValue[list[str]] = OMITTED,
    promote_to_main: Annotated[NewValue[bool], Field(description="false: keeps it as a draft version")] = OMITTED,
    version_name: Annotated[NewValue[str], Field(description="of the new version")] = OMITTED,
) -> Assistant:
    """Change an assistant. Omitted fields keep their values. Each change creates a version, used at once unless
    promote_to_main is false. Only the last ten versions are kept."""
    body = changed(
        {
            "name": name,
            "instructions": instructions,
            "greeting": greeting,
            "model": model,
            "description": description,
            "enabled_features": enabled_features,
            "voice_settings": voice_settings,
            "transcription": transcription,
            "telephony_settings": telephony_settings,
            "messaging_settings": messaging_settings,
            "tool_ids": tool_ids,
            "tools": tools,
            "mcp_servers": mcp_servers,
            "integrations": integrations,
            "dynamic_variables": dynamic_variables,
            "dynamic_variables_webhook_url": dynamic_variables_webhook_url,
            "dynamic_variables_webhook_timeout_ms": dynamic_variables_webhook_timeout_ms,
            "llm_api_key_ref": llm_api_key_ref,
            "external_llm": external_llm,
            "fallback_config": fallback_config,
            "insight_settings": insight_settings,
            "privacy_settings": privacy_settings,
            "interruption_settings": interruption_settings,
            "post_conversation_settings": post_conversation_settings,
            "widget_settings": widget_settings,
            "tags": tags,
            "promote_to_main": promote_to_main,
            "version_name": version_name,
        }
    )
    with _remedied():
        answer = await telnyx.post("/ai/assistants/{assistant_id}", body=body, assistant_id=assistant_id)
        return assistant_of(answer, also=body)


@contextmanager
def _remedied() -> Iterator[None]:
    """Say what to do about a model that Telnyx does not have."""
    try:
        yield
    except ApiError as error:
        said = f"{error.items[0].pointer} {error.items[0].detail}"
        if error.status in (400, 422) and ("/model" in said or "not available for inference" in said):
            error.remedy = NO_MODEL
        raise
