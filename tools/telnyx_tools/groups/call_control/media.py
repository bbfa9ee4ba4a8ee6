"""A call's audio sent elsewhere or improved: streaming, forking, SIPREC, noise suppression, conversation relay."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from telnyx_tools.api.client import Telnyx
from telnyx_tools.groups.call_control import call_control
from telnyx_tools.groups.call_control.arguments import TargetLegs
from telnyx_tools.groups.call_control.commands import CommandResult, command
from telnyx_tools.results.result import shape
from telnyx_tools.shared.client_state import ClientState, encoded
from telnyx_tools.shared.voices import Voice
from telnyx_tools.tool.bodies import present
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.secret_text import SecretText
from telnyx_tools.tool.source import From
from telnyx_tools.tool.types import CallControlId, Id

SocketUrl = Annotated[str, Field(pattern=r"^wss?://\S+$", max_length=2_000, description="wss:// URL")]
MediaTrack = Literal["inbound_track", "outbound_track", "both_tracks"]
Codec = Literal["PCMU", "PCMA", "G722", "OPUS", "AMR-WB", "L16"]
Interruptible = Literal["none", "any", "speech", "dtmf"]


@call_control.tool(
    effect=Effect.WRITE, scope="voice.write", calls="POST /calls/{call_control_id}/actions/streaming_start"
)
async def start_streaming(
    telnyx: Telnyx,
    call_control_id: CallControlId,
    stream_url: SocketUrl,
    stream_track: MediaTrack | None = None,
    stream_codec: Codec | Literal["default"] | None = None,
    stream_bidirectional_mode: Annotated[
        Literal["mp3", "rtp"] | None, Field(description="lets the server send audio back")
    ] = None,
    stream_bidirectional_codec: Codec | None = None,
    stream_bidirectional_target_legs: TargetLegs | None = None,
    stream_auth_token: Annotated[SecretText | None, Field(description="sent to the server; never shown")] = None,
    client_state: ClientState | None = None,
) -> CommandResult:
    """Stream the audio of a call to a WebSocket server."""
    return await command(
        telnyx,
        "/calls/{call_control_id}/actions/streaming_start",
        call_control_id,
        client_state,
        stream_url=stream_url,
        stream_track=stream_track,
        stream_codec=stream_codec,
        stream_bidirectional_mode=stream_bidirectional_mode,
        stream_bidirectional_codec=stream_bidirectional_codec,
        stream_bidirectional_target_legs=stream_bidirectional_target_legs,
        stream_auth_token=stream_auth_token,
    )


@call_control.tool(
    effect=Effect.WRITE, scope="voice.write", calls="POST /calls/{call_control_id}/actions/streaming_stop"
)
async def stop_streaming(
    telnyx: Telnyx,
    call_control_id: CallControlId,
    stream_id: Annotated[Id | None, From("an event")] = None,
    client_state: ClientState | None = None,
) -> CommandResult:
    """Stop streaming the audio of a call."""
    template = "/calls/{call_control_id}/actions/streaming_stop"
    return await command(telnyx, template, call_control_id, client_state, stream_id=stream_id)


@call_control.tool(effect=Effect.WRITE, scope="voice.write", calls="POST /calls/{call_control_id}/actions/fork_start")
async def start_forking(
    telnyx: Telnyx,
    call_control_id: CallControlId,
    rx: Annotated[str | None, Field(min_length=1, description="where what the call hears goes, udp:host:port")] = None,
    tx: Annotated[str | None, Field(min_length=1, description="where what the call says goes, udp:host:port")] = None,
    client_state: ClientState | None = None,
) -> CommandResult:
    """Send copies of a call's media packets to a host; to send audio to a WebSocket use start_streaming."""
    template = "/calls/{call_control_id}/actions/fork_start"
    return await command(telnyx, template, call_control_id, client_state, rx=rx, tx=tx)


@call_control.tool(effect=Effect.WRITE, scope="voice.write", calls="POST /calls/{call_control_id}/actions/fork_stop")
async def stop_forking(
    telnyx: Telnyx,
    call_control_id: CallControlId,
    stream_type: Literal["raw", "decrypted"] | None = None,
    client_state: ClientState | None = None,
) -> CommandResult:
    """Stop sending copies of a call's media packets."""
    template = "/calls/{call_control_id}/actions/fork_stop"
    return await command(telnyx, template, call_control_id, client_state, stream_type=stream_type)


@call_control.tool(effect=Effect.WRITE, scope="voice.write", calls="POST /calls/{call_control_id}/actions/siprec_start")
async def start_siprec(
    telnyx: Telnyx,
    call_control_id: CallControlId,
    connector_name: Annotated[str, Field(min_length=1, description="SIPREC connector of the account")],
    siprec_track: MediaTrack | None = None,
    secure: Annotated[bool | None, Field(description="SRTP")] = None,
    sip_transport: Literal["udp", "tcp", "tls"] | None = None,
    session_timeout_secs: Annotated[int | None, Field(ge=90, le=14_400)] = None,
    include_metadata_custom_headers: bool | None = None,
    client_state: ClientState | None = None,
) -> CommandResult:
    """Let a SIPREC recorder record a call."""
    body = {
        "connector_name": connector_name,
        "siprec_track": siprec_track,
        "secure": secure,
        "sip_transport": sip_transport,
        "session_timeout_secs": session_timeout_secs,
        "include_metadata_custom_headers": include_metadata_custom_headers,
        "client_state": encoded(client_state),
    }
    template = "/calls/{call_control_id}/actions/siprec_start"
    return shape(CommandResult, await telnyx.post(template, body=present(body), call_control_id=call_control_id))


@call_control.tool(effect=Effect.WRITE, scope="voice.write", calls="POST /calls/{call_control_id}/actions/siprec_stop")
async def stop_siprec(
    telnyx: Telnyx, call_control_id: CallControlId, client_state: ClientState | None = None
) -> CommandResult:
    """Stop the SIPREC recording of a call."""
    return await command(telnyx, "/calls/{call_control_id}/actions/siprec_stop", call_control_id, client_state)


@call_control.tool(
    effect=Effect.WRITE, scope="voice.write", calls="POST /calls/{call_control_id}/actions/suppression_start"
)
async def start_noise_suppression(
    telnyx: Telnyx,
    call_control_id: CallControlId,
    direction: Literal["both", "inbound", "outbound"] | None = None,
    noise_suppression_engine: Literal["Denoiser", "DeepFilterNet", "Krisp", "AiCoustics"] | None = None,
    client_state: ClientState | None = None,
) -> CommandResult:
    """Remove background noise from a call."""
    return await command(
        telnyx,
        "/calls/{call_control_id}/actions/suppression_start",
        call_control_id,
        client_state,
        direction=direction,
        noise_suppression_engine=noise_suppression_engine,
    )


@call_control.tool(
    effect=Effect.WRITE, scope="voice.write", calls="POST /calls/{call_control_id}/actions/suppression_stop"
)
async def stop_noise_suppression(
    telnyx: Telnyx, call_control_id: CallControlId, client_state: ClientState | None = None
) -> CommandResult:
    """Stop removing background noise from a call."""
    return await command(telnyx, "/calls/{call_control_id}/actions/suppression_stop", call_control_id, client_state)


@call_control.tool(
    effect=Effect.WRITE, scope="voice.write", calls="POST /calls/{call_control_id}/actions/conversation_relay_start"
)
async def start_conversation_relay(
    telnyx: Telnyx,
    call_control_id: CallControlId,
    url: SocketUrl,
    greeting: Annotated[str | None, Field(min_length=1, description="said first")] = None,
    voice: Voice | None = None,
    language: Annotated[str | None, Field(min_length=2, description="like en-US")] = None,
    interruptible: Interruptible | None = None,
    interruptible_greeting: Interruptible | None = None,
    dtmf_detection: bool | None = None,
    custom_parameters: dict[str, str] | None = None,
    client_state: ClientState | None = None,
) -> CommandResult:
    """Let a WebSocket server hold a call's conversation as text: Telnyx transcribes and speaks."""
    return await command(
        telnyx,
        "/calls/{call_control_id}/actions/conversation_relay_start",
        call_control_id,
        client_state,
        url=url,
        greeting=greeting,
        voice=voice,
        language=language,
        interruptible=interruptible,
        interruptible_greeting=interruptible_greeting,
        dtmf_detection=dtmf_detection,
        custom_parameters=custom_parameters,
    )


@call_control.tool(
    effect=Effect.WRITE, scope="voice.write", calls="POST /calls/{call_control_id}/actions/conversation_relay_stop"
)
async def stop_conversation_relay(
    telnyx: Telnyx, call_control_id: CallControlId, client_state: ClientState | None = None
) -> CommandResult:
    """Stop the conversation relay of a call."""
    template = "/calls/{call_control_id}/actions/conversation_relay_stop"
    return await command(telnyx, template, call_control_id, client_state)


@call_control.tool(
    effect=Effect.WRITE, scope="voice.write", calls="POST /calls/{call_control_id}/actions/send_sip_info"
)
async def send_sip_info(
    telnyx: Telnyx,
    call_control_id: CallControlId,
    content_type: Annotated[str, Field(pattern=r"^[A-Za-z0-9.+-]+/[A-Za-z0-9.+-]+$", description="of the body")],
    body: Annotated[str, Field(description="of the SIP INFO message")],
    client_state: ClientState | None = None,
) -> CommandResult:
    """Send a SIP INFO message on a SIP call."""
    template = "/calls/{call_control_id}/actions/send_sip_info"
    return await command(telnyx, template, call_control_id, client_state, content_type=content_type, body=body)
