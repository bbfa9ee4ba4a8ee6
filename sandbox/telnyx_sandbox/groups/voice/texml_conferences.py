"""Conferences by TeXML's names, found by their id or their name."""

from ...account import Account
from ...errors import SandboxError
from ...reply import Reply
from ...request import Request
from ...routing import Routes
from . import texml
from .call import DEFAULT_TIME_LIMIT_SECS, DEFAULT_TIMEOUT_SECS, Call, Fields
from .conference import Conference, Participant, end, join, leave
from .outbound_calls import dial
from .recording import Recording
from .texml_recordings import render as render_recording

routes = Routes()

STATUSES = {"in_progress": "in-progress", "completed": "completed"}
REASONS = {
    "host_left": "participant-with-end-conference-on-exit-left",
    "all_left": "last-participant-left",
    "ended_via_api": "conference-ended-via-api",
    "time_exceeded": "time-exceeded",
}
_PARTICIPANTS = "/texml/Accounts/{account_sid}/Conferences/{conference_sid}/Participants"
_PARTICIPANT = f"{_PARTICIPANTS}/{{call_sid_or_participant_label}}"


@routes.get("/texml/Accounts/{account_sid}/Conferences")
def list_conferences(request: Request) -> Reply:
    account, query = texml.account_of(request), request.query
    name, status, created = query.text("FriendlyName"), query.text("Status"), query.text("DateCreated")
    found = [
        each
        for each in reversed(list(account.collection(Conference).values()))
        if name in (None, each.name)
        and status in (None, STATUSES[each.status])
        and (created is None or created[:10] == texml.day(each.created_at))
    ]
    return texml.listed(request, "conferences", found, lambda each: render(account, each))


@routes.get("/texml/Accounts/{account_sid}/Conferences/{conference_sid}")
def get_conference(request: Request) -> Reply:
    account = texml.account_of(request)
    return Reply(render(account, _find(request, account)))


@routes.post("/texml/Accounts/{account_sid}/Conferences/{conference_sid}")
def update_conference(request: Request) -> Reply:
    account = texml.account_of(request)
    conference = _find(request, account)
    if request.body.text("Status") == "completed":
        end(account, conference, "ended_via_api", None, account.clock.now())
    return Reply(render(account, conference))


@routes.get("/texml/Accounts/{account_sid}/Conferences/{conference_sid}/Recordings")
@routes.get("/texml/Accounts/{account_sid}/Conferences/{conference_sid}/Recordings.json")
def list_recordings(request: Request) -> Reply:
    account = texml.account_of(request)
    conference = _find(request, account)
    found = [each for each in account.collection(Recording).values() if each.conference_id == conference.id]
    bare = not request.path.endswith(".json")
    return texml.listed(request, "recordings", found, lambda each: _recording(account, each, bare=bare))


@routes.get(_PARTICIPANTS)
def list_participants(request: Request) -> Reply:
    account = texml.account_of(request)
    conference = _find(request, account)
    found = list(conference.participants.values())
    return texml.listed(request, "participants", found, lambda each: _participant(account, conference, each))


@routes.post(_PARTICIPANTS)
def dial_participant(request: Request) -> Reply:
    """Call somebody, who joins the conference when the call is answered."""
    account, body = texml.account_of(request), request.body
    conference = _find(request, account)
    if conference.ended_at is not None:
        raise SandboxError("90019")
    (call,) = dial(
        account,
        connection_id=body.text("ApplicationSid") or conference.creator.connection_id,
        sender=body.required_text("From"),
        recipients=[body.required_text("To")],
        product=conference.creator.product,
        timeout_secs=body.integer("Timeout") or DEFAULT_TIMEOUT_SECS,
        time_limit_secs=body.integer("TimeLimit") or DEFAULT_TIME_LIMIT_SECS,
        settings={
            "conference_id": conference.id,
            "muted": body.flag("Muted") or False,
            "end_conference_on_exit": body.flag("EndConferenceOnExit") or False,
        },
    )
    return Reply(
        {
            "account_sid": account.ids.owner_id,
            "call_sid": call.id,
            "conference_sid": conference.id,
            "status": "connecting",
            "muted": call.settings["muted"],
            "hold": False,
            "coaching": body.flag("Coaching") or False,
            "coaching_call_sid": body.text("CallSidToCoach"),
            "end_conference_on_exit": call.settings["end_conference_on_exit"],
            "uri": texml.uri(account, "Conferences", conference.id, "Participants", call.id),
        }
    )


@routes.get(_PARTICIPANT)
def get_participant(request: Request) -> Reply:
    account = texml.account_of(request)
    conference = _find(request, account)
    return Reply(_participant(account, conference, _named(request, conference)))


@routes.post(_PARTICIPANT)
def update_participant(request: Request) -> Reply:
    account, body = texml.account_of(request), request.body
    conference = _find(request, account)
    participant = _named(request, conference)
    names = {"Muted": "muted", "Hold": "on_hold", "EndConferenceOnExit": "end_conference_on_exit"}
    for name, attribute in names.items():
        given = body.flag(name)
        if given is not None:
            setattr(participant, attribute, given)
    participant.updated_at = account.clock.now()
    return Reply(_participant(account, conference, participant))


@routes.delete(_PARTICIPANT)
def remove_participant(request: Request) -> Reply:
    account = texml.account_of(request)
    conference = _find(request, account)
    leave(account, conference, _named(request, conference), account.clock.now())
    return Reply(None, 204)


def render(account: Account, conference: Conference) -> Fields:
    by = conference.ended_by
    place = ("Conferences", conference.id)
    return {
        "sid": conference.id,
        "account_sid": account.ids.owner_id,
        "api_version": "v2/texml",
        "friendly_name": conference.name,
        "region": conference.region,
        "status": STATUSES[conference.status],
        "reason_conference_ended": REASONS[conference.end_reason] if conference.end_reason else None,
        "call_sid_ending_conference": by.id if by else None,
        "date_created": texml.date(conference.created_at),
        "date_updated": texml.date(conference.updated_at),
        "subresource_uris": {"participants": texml.uri(account, *place, "Participants")},
        "uri": texml.uri(account, *place),
    }


def join_when_answered(account: Account, call: Call, moment: float) -> None:
    conference = account.collection(Conference).get(str(call.settings.get("conference_id") or ""))
    if conference is None or conference.ended_at is not None or len(conference.present) >= conference.max_participants:
        return
    participant = join(account, conference, call, moment)
    participant.muted = bool(call.settings.get("muted"))
    participant.end_conference_on_exit = bool(call.settings.get("end_conference_on_exit"))


def _find(request: Request, account: Account) -> Conference:
    wanted = request.ids["conference_sid"]
    named = [each for each in account.collection(Conference).values() if each.name == wanted]
    return named[-1] if named else account.find(Conference, wanted)


def _named(request: Request, conference: Conference) -> Participant:
    participant = conference.participants.get(request.ids["call_sid_or_participant_label"])
    if participant is None:
        raise SandboxError("10005")
    return participant


def _participant(account: Account, conference: Conference, participant: Participant) -> Fields:
    call = participant.call
    return {
        "account_sid": account.ids.owner_id,
        "api_version": "v2/texml",
        "call_sid": call.id,
        "call_sid_legacy": call.id,
        "conference_sid": conference.id,
        "status": "connected" if participant.status == "joined" else "completed",
        "muted": participant.muted,
        "hold": participant.on_hold,
        "coaching": participant.supervisor_role == "whisper",
        "coaching_call_sid": next(iter(participant.whisper_to), None),
        "end_conference_on_exit": participant.end_conference_on_exit,
        "date_created": texml.date(participant.created_at),
        "date_updated": texml.date(participant.updated_at),
        "uri": texml.uri(account, "Conferences", conference.id, "Participants", call.id),
    }


def _recording(account: Account, recording: Recording, *, bare: bool) -> Fields:
    """Render a recording. Without `.json` in its path the list has types and statuses of its own."""
    shown = render_recording(account, recording)
    if bare:
        shown |= {"duration": int(str(shown["duration"])), "subresource_uris": shown.pop("subresources_uris")}
        shown["status"] = "completed" if recording.ended_at else "processing"
    return shown
