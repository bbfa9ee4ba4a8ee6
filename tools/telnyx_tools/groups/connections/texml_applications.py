"""TeXML applications: calls that a web page of instructions answers."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from telnyx_tools.api.client import Telnyx
from telnyx_tools.groups.connections import connections, settings
from telnyx_tools.groups.connections.changes import send_change
from telnyx_tools.groups.connections.connection import ConnectionSettings, shape_settings
from telnyx_tools.groups.connections.kinds import KINDS, require_fitting
from telnyx_tools.results.pages import Page, PageCursor, PageSize, fetch_page
from telnyx_tools.results.result import Detail, Result
from telnyx_tools.tool.bodies import OMITTED, NewValue, changed, present
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.types import OutboundVoiceProfileId, TexmlApplicationId, Url

KIND = KINDS["texml_application"]

VoiceUrl = Annotated[Url, Field(description="answers each call with TeXML")]


class TexmlApplication(Result):
    id: str | None = None
    friendly_name: str | None = None
    active: bool | None = None
    voice_url: str | None = None
    voice_method: str | None = None
    created_at: str | None = None


@connections.tool(effect=Effect.READ, scope="voice.read", calls="GET /texml_applications")
async def list_texml_applications(
    telnyx: Telnyx,
    friendly_name: Annotated[str | None, Field(description="exact name")] = None,
    outbound_voice_profile_id: OutboundVoiceProfileId | None = None,
    page: PageCursor = "1",
    page_size: PageSize = 20,
    detail: Detail = "summary",
) -> Page[TexmlApplication]:
    """TeXML applications, and the URL that answers each one's calls."""
    query = {"filter": {"friendly_name": friendly_name, "outbound_voice_profile_id": outbound_voice_profile_id}}
    return await fetch_page(
        TexmlApplication, telnyx, KIND.collection, query, page=page, page_size=page_size, detail=detail
    )


@connections.tool(effect=Effect.READ, scope="voice.read", calls="GET /texml_applications/{id}")
async def get_texml_application(
    telnyx: Telnyx, application_id: TexmlApplicationId, detail: Detail = "summary"
) -> ConnectionSettings:
    """A TeXML application with its URLs and settings."""
    return shape_settings(await telnyx.get(KIND.template, id=application_id), detail=detail)


@connections.tool(effect=Effect.WRITE, scope="voice.write", calls="POST /texml_applications")
async def create_texml_application(
    telnyx: Telnyx,
    friendly_name: settings.Name,
    voice_url: VoiceUrl,
    voice_method: settings.Method | None = None,
    voice_fallback_url: Url | None = None,
    status_callback: Url | None = None,
    status_callback_method: settings.Method | None = None,
    active: bool = True,
    inbound: settings.Inbound | None = None,
    outbound: settings.Outbound | None = None,
    first_command_timeout: bool | None = None,
    first_command_timeout_secs: int | None = None,
    dtmf_type: settings.DtmfType | None = None,
    anchorsite_override: settings.Anchorsite | None = None,
    tags: list[str] | None = None,
) -> ConnectionSettings:
    """Create a TeXML application; its voice_url serves the TeXML of each call. Pass its id to update_phone_number as
    connection_id."""
    body = present(
        {
            "friendly_name": friendly_name,
            "voice_url": voice_url,
            "voice_method": voice_method,
            "voice_fallback_url": voice_fallback_url,
            "status_callback": status_callback,
            "status_callback_method": status_callback_method,
            "active": active,
            "inbound": inbound,
            "outbound": outbound,
            "first_command_timeout": first_command_timeout,
            "first_command_timeout_secs": first_command_timeout_secs,
            "dtmf_type": dtmf_type,
            "anchorsite_override": anchorsite_override,
            "tags": tags,
        }
    )
    require_fitting(KIND, "create", body)
    return shape_settings(await telnyx.post(KIND.collection, body=body))


@connections.tool(
    effect=Effect.WRITE,
    scope="voice.write",
    calls=("PATCH /texml_applications/{id}", "GET /texml_applications/{id}"),
    idempotent=True,
    sensitive={"outbound.channel_limit": "limits"},
)
async def update_texml_application(
    telnyx: Telnyx,
    application_id: TexmlApplicationId,
    friendly_name: NewValue[settings.Name] = OMITTED,
    voice_url: NewValue[VoiceUrl] = OMITTED,
    voice_method: NewValue[settings.Method] = OMITTED,
    voice_fallback_url: NewValue[Url] = OMITTED,
    status_callback: NewValue[Url] = OMITTED,
    status_callback_method: NewValue[settings.Method] = OMITTED,
    active: NewValue[bool] = OMITTED,
    inbound: NewValue[settings.Inbound] = OMITTED,
    outbound: NewValue[settings.Outbound] = OMITTED,
    tags: NewValue[list[str]] = OMITTED,
) -> ConnectionSettings:
    """Change a TeXML application. Omitted fields keep their values, inside objects too."""
    body = changed(
        {
            "friendly_name": friendly_name,
            "voice_url": voice_url,
            "voice_method": voice_method,
            "voice_fallback_url": voice_fallback_url,
            "status_callback": status_callback,
            "status_callback_method": status_callback_method,
            "active": active,
            "inbound": inbound,
            "outbound": outbound,
            "tags": tags,
        }
    )
    return shape_settings(await send_change(telnyx, KIND, application_id, body), also=body)


@connections.tool(effect=Effect.DESTROY, scope="voice.write", calls="DELETE /texml_applications/{id}")
async def delete_texml_application(telnyx: Telnyx, application_id: TexmlApplicationId) -> ConnectionSettings:
    """Delete a TeXML application for good. Move its phone numbers first."""
    return shape_settings(await telnyx.delete(KIND.template, id=application_id))
