"""Call Control applications: where calls of an account come from and their events go to."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from telnyx_tools.api.client import Query, Telnyx
from telnyx_tools.argument_errors import InvalidArguments, Problem
from telnyx_tools.groups.call_control import call_control
from telnyx_tools.results.pages import Page, PageCursor, PageSize, fetch_page
from telnyx_tools.results.result import Detail, Part, Result, objects, shape
from telnyx_tools.shared.updates import completed
from telnyx_tools.tool.bodies import OMITTED, Change, Given, NewValue, changed, present
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.types import CallControlApplicationId, OutboundVoiceProfileId, Url

MOST_LISTED = 20
Site = Literal[
    "Latency", "Chicago, IL", "Ashburn, VA", "San Jose, CA", "London, UK", "Chennai, IN", "Amsterdam, Netherlands",
    "Toronto, Canada", "Sydney, Australia",
]  # fmt: skip
DtmfType = Literal["RFC 2833", "Inband", "SIP INFO"]
Version = Literal["1", "2"]
ChannelLimit = Annotated[int, Field(ge=1, description="maximum concurrent calls")]
Seconds = Annotated[int, Field(ge=0, le=30)]
REQUIRED = ("application_name", "webhook_event_url")


class Inbound(Given):
    channel_limit: ChannelLimit | None = None
    shaken_stir_enabled: bool | None = None
    sip_subdomain: str | None = None
    sip_subdomain_receive_settings: Literal["only_my_connections", "from_anyone"] | None = None


class Outbound(Given):
    outbound_voice_profile_id: OutboundVoiceProfileId | None = None
    channel_limit: ChannelLimit | None = None


class OutboundSettings(Part):
    outbound_voice_profile_id: str | None = Field(None, description="absent: it cannot place calls")
    channel_limit: int | None = None


class CallControlApplication(Result):
    id: str | None = Field(None, description="the connection_id of calls")
    application_name: str | None = None
    active: bool | None = None
    webhook_event_url: str | None = None
    webhook_event_failover_url: str | None = None
    webhook_api_version: str | None = None
    anchorsite_override: str | None = None
    dtmf_type: str | None = None
    outbound: OutboundSettings | None = None
    inbound: dict[str, object] | None = None
    tags: list[str] | None = None
    created_at: str | None = None


@call_control.tool(effect=Effect.READ, scope="voice.read", calls="GET /call_control_applications")
async def list_call_control_applications(
    telnyx: Telnyx,
    name_contains: str | None = None,
    outbound_voice_profile_id: OutboundVoiceProfileId | None = None,
    sort: Literal["created_at", "connection_name", "active"] | None = None,
    page: PageCursor = "1",
    page_size: PageSize = 20,
    detail: Detail = "summary",
) -> Page[CallControlApplication]:
    """Call Control applications, which place and receive calls."""
    query: Query = {
        "filter": {
            "application_name": {"contains": name_contains},
            "outbound.outbound_voice_profile_id": outbound_voice_profile_id,
        },
        "sort": sort,
    }
    return await fetch_page(
        CallControlApplication,
        telnyx,
        "/call_control_applications",
        query,
        page=page,
        page_size=page_size,
        detail=detail,
    )


@call_control.tool(effect=Effect.READ, scope="voice.read", calls="GET /call_control_applications/{id}")
async def get_call_control_application(
    telnyx: Telnyx, application_id: CallControlApplicationId, detail: Detail = "summary"
) -> CallControlApplication:
    """One Call Control application, with its webhooks and outbound voice profile."""
    answer = await telnyx.get("/call_control_applications/{id}", id=application_id)
    return shape(CallControlApplication, answer, detail)


@call_control.tool(effect=Effect.WRITE, scope="voice.write", calls="POST /call_control_applications")
async def create_call_control_application(
    telnyx: Telnyx,
    application_name: Annotated[str, Field(min_length=1, description="of your choice")],
    webhook_event_url: Annotated[Url, Field(description="gets the events of its calls")],
    outbound: Annotated[Outbound | None, Field(description="needed to place calls")] = None,
    inbound: Inbound | None = None,
    active: bool = True,
    webhook_event_failover_url: Url | None = None,
    webhook_api_version: Version = "2",
    webhook_timeout_secs: Seconds | None = None,
    anchorsite_override: Annotated[Site | None, Field(description="media location; Latency: the nearest")] = None,
    dtmf_type: DtmfType | None = None,
    first_command_timeout: Annotated[bool | None, Field(description="hang up unanswered inbound calls")] = None,
    first_command_timeout_secs: Annotated[int | None, Field(ge=1)] = None,
    call_cost_in_webhooks: bool | None = None,
    redact_dtmf_debug_logging: bool | None = None,
) -> CallControlApplication:
    """Create an application for make_call. It needs an outbound voice profile; give it numbers with
    update_phone_number."""
    body = {
        "application_name": application_name,
        "webhook_event_url": webhook_event_url,
        "outbound": outbound,
        "inbound": inbound,
        "active": active,
        "webhook_event_failover_url": webhook_event_failover_url,
        "webhook_api_version": webhook_api_version,
        "webhook_timeout_secs": webhook_timeout_secs,
        "anchorsite_override": anchorsite_override,
        "dtmf_type": dtmf_type,
        "first_command_timeout": first_command_timeout,
        "first_command_timeout_secs": first_command_timeout_secs,
        "call_cost_in_webhooks": call_cost_in_webhooks,
        "redact_dtmf_debug_logging": redact_dtmf_debug_logging,
    }
    return shape(CallControlApplication, await telnyx.post("/call_control_applications", body=present(body)))


@call_control.tool(
    effect=Effect.WRITE,
    scope="voice.write",
    calls=("PATCH /call_control_applications/{id}", "GET /call_control_applications/{id}"),
    idempotent=True,
    sensitive={"outbound.channel_limit": "limits"},
)
async def update_call_control_application(
    telnyx: Telnyx,
    application_id: CallControlApplicationId,
    application_name: Annotated[NewValue[str], Field(min_length=1, description="of your choice")] = OMITTED,
    webhook_event_url: NewValue[Url] = OMITTED,
    outbound: NewValue[Outbound] = OMITTED,
    inbound: NewValue[Inbound] = OMITTED,
    active: NewValue[bool] = OMITTED,
    webhook_event_failover_url: Change[Url] = OMITTED,
    webhook_api_version: NewValue[Version] = OMITTED,
    webhook_timeout_secs: Change[Seconds] = OMITTED,
    anchorsite_override: NewValue[Site] = OMITTED,
    dtmf_type: NewValue[DtmfType] = OMITTED,
    first_command_timeout: NewValue[bool] = OMITTED,
    first_command_timeout_secs: Annotated[NewValue[int], Field(ge=1)] = OMITTED,
    call_cost_in_webhooks: NewValue[bool] = OMITTED,
    redact_dtmf_debug_logging: NewValue[bool] = OMITTED,
    tags: Annotated[NewValue[list[str]], Field(description="replaces all tags")] = OMITTED,
) -> CallControlApplication:
    """Change an application. Omitted fields keep their values."""
    body = changed(
        {
            "application_name": application_name,
            "webhook_event_url": webhook_event_url,
            "outbound": outbound,
            "inbound": inbound,
            "active": active,
            "webhook_event_failover_url": webhook_event_failover_url,
            "webhook_api_version": webhook_api_version,
            "webhook_timeout_secs": webhook_timeout_secs,
            "anchorsite_override": anchorsite_override,
            "dtmf_type": dtmf_type,
            "first_command_timeout": first_command_timeout,
            "first_command_timeout_secs": first_command_timeout_secs,
            "call_cost_in_webhooks": call_cost_in_webhooks,
            "redact_dtmf_debug_logging": redact_dtmf_debug_logging,
            "tags": tags,
        }
    )
    body = await completed(telnyx, "/call_control_applications/{id}", application_id, body, REQUIRED)
    answer = await telnyx.patch("/call_control_applications/{id}", body=body, id=application_id)
    return shape(CallControlApplication, answer, also=body)


@call_control.tool(effect=Effect.DESTROY, scope="voice.write", calls="DELETE /call_control_applications/{id}")
async def delete_call_control_application(
    telnyx: Telnyx, application_id: CallControlApplicationId
) -> CallControlApplication:
    """Delete an application. Move its numbers to another connection first."""
    answer = await telnyx.delete("/call_control_applications/{id}", id=application_id)
    return shape(CallControlApplication, answer)


async def choose_application(telnyx: Telnyx, connection_id: str | None) -> tuple[str, str | None]:
    """The application given, or the account's only one with a note that says so.

    Raises InvalidArguments, naming what there is, where there are several or none.
    """
    if connection_id is not None:
        return connection_id, None
    found = objects(await telnyx.get("/call_control_applications", query={"page": {"size": MOST_LISTED}}))
    if len(found) == 1 and found[0].get("id"):
        name = found[0].get("application_name")
        return str(found[0]["id"]), f"With the account's only Call Control application: {name}."
    if not found:
        hint = "There is no Call Control application; make one with create_call_control_application."
    else:
        names = "; ".join(f"{each.get('application_name')} ({each.get('id')})" for each in found)
        hint = f"Give one of: {names}."
    raise InvalidArguments([Problem("connection_id", hint)])
