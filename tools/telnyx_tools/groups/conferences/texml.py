"""Conferences by TeXML's names: those that a `<Conference>` of a TeXML call opened, and dialling someone in."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from telnyx_tools.api.client import Query, Telnyx
from telnyx_tools.groups.conferences import conferences
from telnyx_tools.results.pages import Cursor, Page, PageCursor, PageSize, page_of_whole
from telnyx_tools.results.result import Detail, Result, shape
from telnyx_tools.shared.texml import TexmlCaller, TexmlCursor, account_lookup, fetch_texml_page
from telnyx_tools.tool.bodies import OMITTED, NewValue, changed, present
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.source import From
from telnyx_tools.tool.types import Callee, Day, Id, TexmlAccountSid, TexmlApplicationId, TexmlConferenceSid, Url

CallSidOrLabel = Annotated[Id, From("list_texml_conference_participants", what="call_sid or label")]
EndsOnExit = Annotated[bool, Field(description="when this one leaves, end the conference")]

_PARTICIPANTS = "/texml/Accounts/{account_sid}/Conferences/{conference_sid}/Participants"
_PARTICIPANT = f"{_PARTICIPANTS}/{{call_sid_or_participant_label}}"


class TexmlConference(Result):
    conference_sid: str | None = Field(None, validation_alias="sid")
    friendly_name: str | None = None
    status: str | None = Field(None, description="init, in-progress or completed")
    region: str | None = None
    reason_conference_ended: str | None = None
    date_created: str | None = None


class TexmlParticipant(Result):
    call_sid: str | None = None
    conference_sid: str | None = None
    status: str | None = Field(None, description="connecting, connected or completed")
    muted: bool | None = None
    hold: bool | None = None
    coaching: bool | None = None
    end_conference_on_exit: bool | None = None


@conferences.tool(effect=Effect.READ, scope="voice.read", calls="GET /texml/Accounts/{account_sid}/Conferences")
async def list_texml_conferences(
    telnyx: Telnyx,
    account_sid: TexmlAccountSid,
    name: str | None = None,
    status: Literal["init", "in-progress", "completed"] | None = None,
    created_on: Day | None = None,
    page: TexmlCursor = "1",
    page_size: PageSize = 20,
    detail: Detail = "summary",
) -> Page[TexmlConference]:
    """Conferences of TeXML calls."""
    query: Query = {"FriendlyName": name, "Status": status, "DateCreated": created_on}
    return await fetch_texml_page(
        TexmlConference,
        telnyx,
        "/texml/Accounts/{account_sid}/Conferences",
        query,
        items="conferences",
        page=page,
        page_size=page_size,
        detail=detail,
        account_sid=account_sid,
    )


@conferences.tool(effect=Effect.READ, scope="voice.read", calls=f"GET {_PARTICIPANTS}")
async def list_texml_conference_participants(
    telnyx: Telnyx,
    account_sid: TexmlAccountSid,
    conference_sid: TexmlConferenceSid,
    page: PageCursor = "1",
    detail: Detail = "summary",
) -> Page[TexmlParticipant]:
    """Who is in a conference of TeXML calls."""
    with account_lookup():
        answer = await telnyx.get(_PARTICIPANTS, account_sid=account_sid, conference_sid=conference_sid)
    listed = {"data": answer.get("participants")} if isinstance(answer, dict) else answer
    return page_of_whole(TexmlParticipant, listed, Cursor.parse(page), detail)


@conferences.tool(
    effect=Effect.SPENDS,
    scope="voice.write",
    calls=f"POST {_PARTICIPANTS}",
    check="Call list_texml_conference_participants and list_call_events with the same number: a call there was placed. "
    "Do not dial again before.",
)
async def dial_texml_conference_participant(
    telnyx: Telnyx,
    account_sid: TexmlAccountSid,
    conference_sid: Annotated[TexmlConferenceSid, From("list_texml_conferences", what="conference_sid or name")],
    to: Callee,
    from_number: TexmlCaller,
    texml_application_id: TexmlApplicationId | None = None,
    label: Annotated[str | None, Field(min_length=1, max_length=128, description="a name for the participant")] = None,
    muted: bool | None = None,
    start_conference_on_enter: bool | None = None,
    end_conference_on_exit: EndsOnExit | None = None,
    beep: Literal["true", "false", "onEnter", "onExit"] | None = None,
    timeout_secs: Annotated[int | None, Field(ge=5, le=120, description="of ringing")] = None,
    time_limit_secs: Annotated[int | None, Field(ge=30, le=14_400, description="of the call")] = None,
    machine_detection: Literal["Enable", "DetectMessageEnd"] | None = None,
) -> TexmlParticipant:
    """Call someone who joins a TeXML conference when they answer."""
    body = {
        "To": to,
        "From": from_number,
        "ApplicationSid": texml_application_id,
        "Label": label,
        "Muted": muted,
        "StartConferenceOnEnter": start_conference_on_enter,
        "EndConferenceOnExit": end_conference_on_exit,
        "Beep": beep,
        "Timeout": timeout_secs,
        "TimeLimit": time_limit_secs,
        "MachineDetection": machine_detection,
    }
    with account_lookup():
        answer = await telnyx.post(
            _PARTICIPANTS, body=present(body), account_sid=account_sid, conference_sid=conference_sid
        )
    return shape(TexmlParticipant, answer)


@conferences.tool(effect=Effect.WRITE, scope="voice.write", calls=f"POST {_PARTICIPANT}", idempotent=True)
async def update_texml_conference_participant(
    telnyx: Telnyx,
    account_sid: TexmlAccountSid,
    conference_sid: TexmlConferenceSid,
    participant: CallSidOrLabel,
    muted: NewValue[bool] = OMITTED,
    hold: NewValue[bool] = OMITTED,
    hold_url: Annotated[NewValue[Url], Field(description="audio or TeXML that plays meanwhile")] = OMITTED,
    announce_url: Annotated[NewValue[Url], Field(description="audio or TeXML that only this one hears")] = OMITTED,
    end_conference_on_exit: NewValue[EndsOnExit] = OMITTED,
) -> TexmlParticipant:
    """Mute a TeXML conference participant, put them on hold, play them something, or undo that."""
    body = changed(
        {
            "Muted": muted,
            "Hold": hold,
            "HoldUrl": hold_url,
            "AnnounceUrl": announce_url,
            "EndConferenceOnExit": end_conference_on_exit,
        }
    )
    with account_lookup():
        answer = await telnyx.post(
            _PARTICIPANT,
            body=body,
            account_sid=account_sid,
            conference_sid=conference_sid,
            call_sid_or_participant_label=participant,
        )
    return shape(TexmlParticipant, answer)


@conferences.tool(effect=Effect.DESTROY, scope="voice.write", calls=f"DELETE {_PARTICIPANT}")
async def remove_texml_conference_participant(
    telnyx: Telnyx, account_sid: TexmlAccountSid, conference_sid: TexmlConferenceSid, participant: CallSidOrLabel
) -> TexmlParticipant:
    """Remove a participant from a TeXML conference."""
    with account_lookup():
        answer = await telnyx.delete(
            _PARTICIPANT,
            account_sid=account_sid,
            conference_sid=conference_sid,
            call_sid_or_participant_label=participant,
        )
    return shape(TexmlParticipant, answer or {"call_sid": participant, "status": "completed"})


@conferences.tool(
    effect=Effect.DESTROY,
    scope="voice.write",
    calls="POST /texml/Accounts/{account_sid}/Conferences/{conference_sid}",
)
async def end_texml_conference(
    telnyx: Telnyx, account_sid: TexmlAccountSid, conference_sid: TexmlConferenceSid
) -> TexmlConference:
    """End a TeXML conference for everyone in it."""
    with account_lookup():
        answer = await telnyx.post(
            "/texml/Accounts/{account_sid}/Conferences/{conference_sid}",
            body={"Status": "completed"},
            account_sid=account_sid,
            conference_sid=conference_sid,
        )
    return shape(TexmlConference, answer)
