"""Calls that an assistant makes."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from telnyx_tools.api.client import Telnyx
from telnyx_tools.argument_errors import InvalidArguments, Problem
from telnyx_tools.groups.assistants import assistants
from telnyx_tools.groups.assistants.settings import Variables
from telnyx_tools.results.result import Result, shape
from telnyx_tools.tool.bodies import present
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.source import From
from telnyx_tools.tool.types import E164, AssistantId, Id, OwnNumber, TexmlApplicationId

CHECK = (
    "Call list_active_calls with the TeXML application as connection_id, then list_conversations with this "
    "assistant_id: an answered call leaves a conversation."
)
NO_APPLICATION = (
    "The assistant has no TeXML application. Give texml_app_id (from list_texml_applications), or set "
    "telephony_settings.default_texml_app_id with update_assistant."
)

MachineDetection = Annotated[
    Literal["Enable", "Disable", "DetectMessageEnd"], Field(description="DetectMessageEnd: after the beep")
]
Callback = Annotated[str, Field(pattern=r"^https?://\S+$", max_length=2_000)]


class AssistantCall(Result):
    call_sid: str | None = Field(None, description="its call_control_id")
    status: str | None = None
    to: str | None = None
    from_: str | None = Field(None, alias="from")
    assistant_id: str | None = None
    texml_app_id: str | None = None


@assistants.tool(
    effect=Effect.SPENDS,
    scope="voice.write",
    calls=("POST /texml/ai_calls/{connection_id}", "GET /ai/assistants/{assistant_id}"),
    check=CHECK,
    core=True,
)
async def start_assistant_call(
    telnyx: Telnyx,
    assistant_id: AssistantId,
    to: E164,
    from_number: OwnNumber,
    dynamic_variables: Variables | None = None,
    texml_app_id: Annotated[TexmlApplicationId | None, From("list_texml_applications")] = None,
    version_id: Annotated[Id | None, From("list_assistant_versions")] = None,
    machine_detection: MachineDetection | None = None,
    detection_mode: Literal["Premium", "Regular", "PremiumCallScreening"] | None = None,
    async_amd: bool | None = None,
    record: bool | None = None,
    ring_secs: Annotated[int | None, Field(ge=5, le=120)] = None,
    time_limit_secs: Annotated[int | None, Field(ge=30, le=14_400)] = None,
    conversation_callback: Callback | None = None,
    status_callback: Callback | None = None,
) -> AssistantCall:
    """Let an assistant call somebody. Pass the call_sid to wait_for_call; list_conversations has the transcript."""
    application = texml_app_id or await _application(telnyx, assistant_id)
    body = {
        "From": from_number,
        "To": to,
        "AIAssistantId": assistant_id,
        "AIAssistantDynamicVariables": dynamic_variables,
        "AIAssistantVersion": version_id,
        "MachineDetection": machine_detection,
        "DetectionMode": detection_mode,
        "AsyncAmd": async_amd,
        "Record": record,
        "Timeout": ring_secs,
        "TimeLimit": time_limit_secs,
        "ConversationCallback": conversation_callback,
        "StatusCallback": status_callback,
    }
    answer = await telnyx.post("/texml/ai_calls/{connection_id}", body=present(body), connection_id=application)
    call = shape(AssistantCall, answer)
    return call.model_copy(update={"assistant_id": assistant_id, "texml_app_id": application})


async def _application(telnyx: Telnyx, assistant_id: str) -> str:
    """The TeXML application of the assistant. Raises InvalidArguments where it has none."""
    assistant = await telnyx.get("/ai/assistants/{assistant_id}", assistant_id=assistant_id)
    telephony = assistant.get("telephony_settings") if isinstance(assistant, dict) else None
    application = telephony.get("default_texml_app_id") if isinstance(telephony, dict) else None
    if not isinstance(application, str) or not application:
        raise InvalidArguments([Problem("texml_app_id", NO_APPLICATION)])
    return application
