"""The legs of a call: answering, rejecting, transferring, bridging and ending them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from telnyx_tools.api.client import Replay, Telnyx
from telnyx_tools.api.errors import ApiError
from telnyx_tools.argument_errors import InvalidArguments, Problem
from telnyx_tools.groups.call_control import call_control
from telnyx_tools.groups.call_control.arguments import (
    AudioFormat,
    CallAssistant,
    DisplayName,
    Header,
    LimitSecs,
    LiveCall,
    MuteDtmf,
    Record,
    RecordSecs,
    RingSecs,
    Target,
    recording,
)
from telnyx_tools.groups.call_control.commands import CommandResult, command, command_body, spend
from telnyx_tools.results.result import shape
from telnyx_tools.shared.client_state import ClientState, encoded
from telnyx_tools.tool.bodies import require_at_most_one
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.phone_number import e164
from telnyx_tools.tool.types import BillingGroupId, CallControlId, MediaName, Url
from telnyx_tools.tool.written import Written

ENDED = "90018"

SipUri = Annotated[
    str,
    Field(
        pattern=r"^sips?:[^\s@]+@[^\s@]+$",
        json_schema_extra={"pattern": "^sips?:[!-?A-~]+@[!-?A-~]+$"},
        description="SIP URI",
    ),
]
"""As `Url`, for what is written `user@host`."""


@call_control.tool(effect=Effect.WRITE, scope="voice.write", calls="POST /calls/{call_control_id}/actions/answer")
async def answer_call(
    telnyx: Telnyx,
    call_control_id: CallControlId,
    assistant: CallAssistant | None = None,
    record: Record | None = None,
    record_format: AudioFormat | None = None,
    record_max_length: RecordSecs | None = None,
    transcription: bool | None = None,
    webhook_url: Url | None = None,
    webhook_url_method: Literal["POST", "GET"] | None = None,
    custom_headers: list[Header] | None = None,
    billing_group_id: BillingGroupId | None = None,
    client_state: ClientState | None = None,
) -> CommandResult:
    """Answer an inbound call, with an AI assistant or to speak and gather digits yourself."""
    recorded = recording(
        record,
        record_format=record_format,
        record_max_length=record_max_length,
    )
    return await command(
        telnyx,
        "/calls/{call_control_id}/actions/answer",
        call_control_id,
        client_state,
        assistant=assistant,
        **recorded,
        transcription=transcription,
        webhook_url=webhook_url,
        webhook_url_method=webhook_url_method,
        custom_headers=custom_headers,
        billing_group_id=billing_group_id,
    )


@call_control.tool(
    effect=Effect.WRITE,
    scope="voice.write",
    calls="POST /calls/{call_control_id}/actions/hangup",
    core=True,
    idempotent=True,
    aliases=("hangup_call",),
)
async def hangup(telnyx: Telnyx, call_control_id: LiveCall, client_state: ClientState | None = None) -> CommandResult:
    """Hang up a call."""
    try:
        return await command(telnyx, "/calls/{call_control_id}/actions/hangup", call_control_id, client_state)
    except ApiError as error:
        if error.code != ENDED:
            raise
        return CommandResult(result="ok", note="The call had already ended.")


@call_control.tool(effect=Effect.WRITE, scope="voice.write", calls="POST /calls/{call_control_id}/actions/reject")
async def reject_call(
    telnyx: Telnyx,
    call_control_id: CallControlId,
    cause: Literal["CALL_REJECTED", "NOT_FOUND", "TEMPORARILY_UNAVAILABLE", "USER_BUSY"] = "CALL_REJECTED",
    client_state: ClientState | None = None,
) -> CommandResult:
    """Reject an inbound call that is not answered yet."""
    template = "/calls/{call_control_id}/actions/reject"
    return await command(telnyx, template, call_control_id, client_state, cause=cause)


@call_control.tool(
    effect=Effect.SPENDS,
    scope="voice.write",
    calls="POST /calls/{call_control_id}/actions/transfer",
    core=True,
    check="Call wait_for_call until bridged, or list_call_events with the call's session: if the new leg is there, "
    "do not transfer again.",
    aliases=("transfer_call",),
)
async def transfer(
    telnyx: Telnyx,
    call_control_id: LiveCall,
    to: Target,
    from_number: Annotated[str | None, Field(description="your number; default the caller's"), Written(e164)] = None,
    from_display_name: DisplayName | None = None,
    timeout_secs: RingSecs | None = None,
    time_limit_secs: LimitSecs | None = None,
    audio_url: Annotated[Url | None, Field(description="while it rings")] = None,
    media_name: MediaName | None = None,
    early_media: bool | None = None,
    mute_dtmf: MuteDtmf | None = None,
    park_after_unbridge: Annotated[Literal["self"] | None, Field(description="keep this leg")] = None,
    record: Record | None = None,
    target_leg_client_state: ClientState | None = None,
    client_state: ClientState | None = None,
) -> CommandResult:
    """Dial a number or SIP URI and connect it to an answered call, billed by the minute."""
    require_at_most_one(audio_url=audio_url, media_name=media_name)
    recorded = recording(record)
    return await spend(
        telnyx,
        "/calls/{call_control_id}/actions/transfer",
        call_control_id,
        client_state,
        to=to,
        **{"from": from_number},
        from_display_name=from_display_name,
        timeout_secs=timeout_secs,
        time_limit_secs=time_limit_secs,
        audio_url=audio_url,
        media_name=media_name,
        early_media=early_media,
        mute_dtmf=mute_dtmf,
        park_after_unbridge=park_after_unbridge,
        **recorded,
        target_leg_client_state=encoded(target_leg_client_state),
    )


@call_control.tool(
    effect=Effect.SPENDS,
    scope="voice.write",
    calls="POST /calls/{call_control_id}/actions/refer",
    check="Call list_call_events with the call's leg: call.refer.started means that it was referred.",
)
async def refer_call(
    telnyx: Telnyx,
    call_control_id: CallControlId,
    sip_address: SipUri,
    custom_headers: list[Header] | None = None,
    client_state: ClientState | None = None,
) -> CommandResult:
    """Hand a call over to a SIP address by SIP REFER; the call leaves Telnyx. To ring a number use transfer."""
    return await spend(
        telnyx,
        "/calls/{call_control_id}/actions/refer",
        call_control_id,
        client_state,
        sip_address=sip_address,
        custom_headers=custom_headers,
    )


@call_control.tool(
    effect=Effect.WRITE, scope="voice.write", calls="POST /calls/{call_control_id_to_bridge}/actions/bridge"
)
async def bridge_calls(
    telnyx: Telnyx,
    call_control_id: CallControlId,
    call_control_id_to_bridge_with: CallControlId | None = None,
    queue: Annotated[str | None, Field(min_length=1, description="take the first call of this queue instead")] = None,
    play_ringtone: bool | None = None,
    mute_dtmf: MuteDtmf | None = None,
    park_after_unbridge: Annotated[Literal["self"] | None, Field(description="keep the first call afterwards")] = None,
    prevent_double_bridge: bool | None = None,
    record: Record | None = None,
    record_format: AudioFormat | None = None,
    client_state: ClientState | None = None,
) -> CommandResult:
    """Connect two answered calls, or one call and the next in a queue."""
    if (call_control_id_to_bridge_with is None) == (queue is None):
        problem = "Give the other call here, or a queue, not both."
        raise InvalidArguments([Problem("call_control_id_to_bridge_with", problem)])
    recorded = recording(record, record_format=record_format)
    fields = {
        "call_control_id": call_control_id_to_bridge_with or "",
        "queue": queue,
        "play_ringtone": play_ringtone,
        "mute_dtmf": mute_dtmf,
        "park_after_unbridge": park_after_unbridge,
        "prevent_double_bridge": prevent_double_bridge,
        **recorded,
    }
    answer = await telnyx.post(
        "/calls/{call_control_id_to_bridge}/actions/bridge",
        body=command_body(fields, client_state),
        replay=Replay.SAFE,
        call_control_id_to_bridge=call_control_id,
    )
    return shape(CommandResult, answer)


@call_control.tool(
    effect=Effect.WRITE,
    scope="voice.write",
    calls="PUT /calls/{call_control_id}/actions/client_state_update",
    idempotent=True,
)
async def update_client_state(
    telnyx: Telnyx, call_control_id: CallControlId, client_state: ClientState
) -> CommandResult:
    """Replace the client_state text that a call's later events repeat."""
    body = {"client_state": encoded(client_state)}
    template = "/calls/{call_control_id}/actions/client_state_update"
    return shape(CommandResult, await telnyx.put(template, body=body, call_control_id=call_control_id))


@call_control.tool(
    effect=Effect.WRITE,
    scope="voice.write",
    calls="POST /calls/{call_control_id}/actions/switch_supervisor_role",
    idempotent=True,
)
async def switch_supervisor_role(
    telnyx: Telnyx,
    call_control_id: Annotated[CallControlId, Field(description="the supervisor's own call")],
    role: Annotated[
        Literal["barge", "whisper", "monitor"],
        Field(description="barge: both hear the supervisor; whisper: only the agent; monitor: nobody"),
    ],
) -> CommandResult:
    """Change who hears the supervisor of a call; supervise_call adds one."""
    template = "/calls/{call_control_id}/actions/switch_supervisor_role"
    answer = await telnyx.post(template, body={"role": role}, call_control_id=call_control_id)
    return shape(CommandResult, answer)
