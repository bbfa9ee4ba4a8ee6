"""Operations on conferences and participants: create, list, find, change."""

from ...account import Account
from ...body import Body
from ...errors import SandboxError
from ...pages import numbered
from ...reply import Reply, data
from ...request import Request
from ...routing import Routes
from .call import Call, Fields
from .commands import live_call, require_client_state
from .conference import Conference, Participant, create, join

routes = Routes()

MINUTE_SECS = 60.0


class CreateReplies(dict[str, Fields]):
    """Answers to `POST /conferences` by `command_id`, of one account."""


@routes.post("/conferences")
def create_conference(request: Request) -> Reply:
    account, body, now = request.account, request.body, request.account.clock.now()
    command_id, replies = body.text("command_id"), account.collection(CreateReplies).setdefault("", CreateReplies())
    if command_id is not None and command_id in replies:
        return data(replies[command_id])
    call, name = live_call(account, body.required_text("call_control_id")), body.required_text("name")
    if any(each.name == name and each.ended_at is None for each in account.collection(Conference).values()):
        raise SandboxError("10012", "A conference of that name is going on.", pointer="/name")
    call.client_state = require_client_state(body) or call.client_state
    minutes = body.integer("duration_minutes")
    lasts: dict[str, float] = {"lasts_secs": minutes * MINUTE_SECS} if minutes else {}
    conference = create(account, name, call, **lasts)
    conference.max_participants = body.integer("max_participants") or conference.max_participants
    conference.region = body.text("region") or conference.region
    join(account, conference, call, now)
    if command_id is not None:
        replies[command_id] = conference.render()
    return data(conference.render())


@routes.get("/conferences")
def list_conferences(request: Request) -> Reply:
    query = request.query
    name, status = query.text("filter[name]"), query.text("filter[status]")
    connection_id, region = query.text("filter[connection_id]"), query.text("region")
    found = [
        each
        for each in reversed(list(request.account.collection(Conference).values()))
        if name in (None, each.name)
        and status in (None, each.status)
        and connection_id in (None, each.creator.connection_id)
        and region in (None, each.region)
    ]
    return numbered(request, found, Conference.render)


@routes.get("/conferences/{id}")
def get_conference(request: Request) -> Reply:
    return data(request.account.find(Conference, request.id).render())


@routes.get("/conferences/{conference_id}/participants")
def list_participants(request: Request) -> Reply:
    query, conference = request.query, request.account.find(Conference, request.ids["conference_id"])
    found = list(conference.participants.values())
    for name in ("muted", "on_hold", "whispering"):
        wanted = query.text(f"filter[{name}]")
        found = [each for each in found if wanted in (None, str(_traits(each)[name]).lower())]
    return numbered(request, found, lambda each: _listed(conference, each))


@routes.get("/conferences/{id}/participants/{participant_id}")
def get_participant(request: Request) -> Reply:
    conference = request.account.find(Conference, request.id)
    return data({**_participant(request, conference).render(), "conference_id": conference.id, "label": None})


@routes.patch("/conferences/{id}/participants/{participant_id}")
def update_participant(request: Request) -> Reply:
    participant = _participant(request, request.account.find(Conference, request.id))
    set_exits(participant, request.body)
    participant.updated_at = request.account.clock.now()
    return get_participant(request)


def join_asked_for(account: Account, call: Call, moment: float) -> None:
    """Join the conference of `conference_config`, found by id or name, or create it by that name."""
    config = call.settings.get("conference_config")
    if not isinstance(config, dict):
        return
    going_on = [each for each in account.collection(Conference).values() if each.ended_at is None]
    wanted = (config.get("id"), config.get("conference_name"))
    found = next((each for each in going_on if each.id == wanted[0] or each.name == wanted[1]), None)
    if found is None and wanted[1]:
        found = create(account, str(wanted[1]), call)
    if found is not None and len(found.present) < found.max_participants:
        participant = join(account, found, call, moment)
        participant.muted, participant.on_hold = bool(config.get("mute")), bool(config.get("hold"))
        set_exits(participant, Body(config))


def set_exits(participant: Participant, body: Body) -> None:
    """Set whether the conference ends when the participant leaves."""
    for name in ("end_conference_on_exit", "soft_end_conference_on_exit"):
        given = body.flag(name)
        if given is not None:
            setattr(participant, name, given)


def _participant(request: Request, conference: Conference) -> Participant:
    """Find the participant by its own id or by that of its call."""
    wanted = request.ids["participant_id"]
    for participant in conference.participants.values():
        if wanted in (participant.id, participant.call.id):
            return participant
    raise SandboxError("10005")


def _traits(participant: Participant) -> dict[str, bool]:
    whispering = participant.supervisor_role == "whisper"
    return {"muted": participant.muted, "on_hold": participant.on_hold, "whispering": whispering}


def _listed(conference: Conference, participant: Participant) -> Fields:
    place = {"id": conference.id, "name": conference.name}
    return {"record_type": "participant", "conference": place, **participant.render()}
