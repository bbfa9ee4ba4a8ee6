"""Calls that are placed."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from telnyx_tools.api.client import Telnyx
from telnyx_tools.api.errors import ApiError
from telnyx_tools.groups.call_control import call_control
from telnyx_tools.groups.call_control.applications import choose_application
from telnyx_tools.groups.call_control.arguments import (
    AudioFormat,
    CallAssistant,
    Detection,
    Dialled,
    DialledDigits,
    DisplayName,
    Encryption,
    LimitSecs,
    Record,
    RecordSecs,
    RingSecs,
    SipRegion,
    Target,
    WebhookUrl,
    recording,
)
from telnyx_tools.groups.call_control.commands import command_body
from telnyx_tools.results.result import Result, shape
from telnyx_tools.shared.client_state import ClientState
from telnyx_tools.shared.event_webhook import APPLICATION, ApplicationWebhook, EventsHere, webhook_for
from telnyx_tools.tool.bodies import require_at_most_one
from telnyx_tools.tool.context import Inbox
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.source import From
from telnyx_tools.tool.types import BillingGroupId, CallControlApplicationId, CallControlId, MediaName, OwnNumber, Url
from telnyx_tools.tool.written import listed

CHECK = (
    "Call list_active_calls, and list_call_events with to: if the call is there, it was placed; do not dial again. "
    "Without these tools, ask the user whether it rang."
)
NO_APPLICATION = (
    "Leave connection_id out, or give the id of a call_control_application that is active, from `list_connections`."
)


class PlacedCall(Result):
    call_control_id: str | None = Field(None, description="for every command on the call")
    call_leg_id: str | None = None
    call_session_id: str | None = None
    connection_id: str | None = None
    recording_id: str | None = None
    note: str | None = None


@call_control.tool(
    effect=Effect.SPENDS,
    scope="voice.write",
    calls=("POST /calls", "GET /call_control_applications", f"GET {APPLICATION}"),
    core=True,
    check=CHECK,
)
async def make_call(
    telnyx: Telnyx,
    inbox: Inbox,
    to: Annotated[
        Target | Annotated[list[Annotated[str, Dialled]], Field(min_length=1)],
        BeforeValidator(listed),
        Field(description="E.164 or SIP URI; of a list the first to answer"),
    ],
    from_number: OwnNumber,
    connection_id: Annotated[
        CallControlApplicationId | None, From("list_call_control_applications", note="if several")
    ] = None,
    from_display_name: DisplayName | None = None,
    timeout_secs: RingSecs | None = None,
    time_limit_secs: LimitSecs | None = None,
    answering_machine_detection: Detection | None = None,
    audio_url: Annotated[Url | None, Field(description="played on answer")] = None,
    media_name: MediaName | None = None,
    assistant: CallAssistant | None = None,
    record: Record | None = None,
    record_format: AudioFormat | None = None,
    record_max_length: RecordSecs | None = None,
    send_digits_on_answer: DialledDigits | None = None,
    transcription: bool | None = None,
    webhook_url: WebhookUrl | None = None,
    webhook_url_method: Literal["POST", "GET"] | None = None,
    events: EventsHere = None,
    client_state: ClientState | None = None,
    link_to: Annotated[str | None, Field(description="call_control_id to link with")] = None,
    bridge_on_answer: bool | None = None,
    sip_region: SipRegion | None = None,
    privacy: Literal["id", "none"] | None = None,
    media_encryption: Encryption | None = None,
    billing_group_id: BillingGroupId | None = None,
) -> PlacedCall:
    """Place a call, billed by the minute. Then wait_for_call until answered, and speak, gather_digits or transfer."""
    require_at_most_one(audio_url=audio_url, media_name=media_name)
    recorded = recording(
        record,
        record_format=record_format,
        record_max_length=record_max_length,
    )
    chosen, note = await choose_application(telnyx, connection_id)
    setting = ApplicationWebhook(telnyx, chosen) if webhook_url_method is None else None
    told, unheard = await webhook_for(inbox, events, webhook_url, setting)
    note = " ".join(filter(None, (note, unheard))) or None
    fields: dict[str, Any] = {
        "connection_id": chosen,
        "to": to,
        "from": from_number,
        "from_display_name": from_display_name,
        "timeout_secs": timeout_secs,
        "time_limit_secs": time_limit_secs,
        "answering_machine_detection": answering_machine_detection,
        "audio_url": audio_url,
        "media_name": media_name,
        "assistant": assistant,
        **recorded,
        "send_digits_on_answer": send_digits_on_answer,
        "transcription": transcription,
        "webhook_url": told,
        "webhook_url_method": webhook_url_method,
        "link_to": link_to,
        "bridge_on_answer": bridge_on_answer,
        "sip_region": sip_region,
        "privacy": privacy,
        "media_encryption": media_encryption,
        "billing_group_id": billing_group_id,
    }
    return await _place(telnyx, fields, client_state, note)


@call_control.tool(
    effect=Effect.SPENDS, scope="voice.write", calls=("POST /calls", "GET /call_control_applications"), check=CHECK
)
async def supervise_call(
    telnyx: Telnyx,
    supervise_call_control_id: Annotated[CallControlId, From("list_active_calls", what="the call to listen to")],
    to: Target,
    from_number: OwnNumber,
    supervisor_role: Annotated[
        Literal["barge", "whisper", "monitor"],
        Field(description="barge: both hear the supervisor; whisper: only the agent; monitor: nobody"),
    ] = "monitor",
    connection_id: CallControlApplicationId | None = None,
    timeout_secs: RingSecs | None = None,
    client_state: ClientState | None = None,
) -> PlacedCall:
    """Call a supervisor and add them to a call in progress; switch_supervisor_role changes who hears them."""
    chosen, note = await choose_application(telnyx, connection_id)
    fields: dict[str, Any] = {
        "connection_id": chosen,
        "to": to,
        "from": from_number,
        "timeout_secs": timeout_secs,
        "supervise_call_control_id": supervise_call_control_id,
        "supervisor_role": supervisor_role,
    }
    return await _place(telnyx, fields, client_state, note)


async def _place(telnyx: Telnyx, fields: dict[str, Any], client_state: str | None, note: str | None) -> PlacedCall:
    try:
        answer = await telnyx.post("/calls", body=command_body(fields, client_state))
    except ApiError as error:
        if error.items[0].pointer == "/connection_id" and error.status != 403:
            error.remedy = NO_APPLICATION
        raise
    return shape(PlacedCall, answer).model_copy(update={"connection_id": fields["connection_id"], "note": note})
