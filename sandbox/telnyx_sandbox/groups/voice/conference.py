"""Conferences of calls. A conference lasts until everybody has left, or for four hours."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from ...account import Account
from ...clock import iso
from ...errors import SandboxError
from .call import Call, Ending, Fields
from .calls import end as end_call
from .events import report
from .recording import finish, going_on

LASTS_SECS = 4 * 60 * 60.0
DEFAULT_MAX_PARTICIPANTS = 800


@dataclass(slots=True, eq=False)
class Participant:
    id: str
    call: Call
    created_at: float
    updated_at: float
    status: str = "joined"
    muted: bool = False
    on_hold: bool = False
    end_conference_on_exit: bool = False
    soft_end_conference_on_exit: bool = False
    supervisor_role: str = "none"
    whisper_to: list[str] = field(default_factory=list)

    def render(self) -> Fields:
        """The fields that lists and the participant's own resource both show."""
        return {
            "id": self.id,
            "call_control_id": self.call.id,
            "call_leg_id": self.call.leg_id,
            "status": self.status,
            "muted": self.muted,
            "on_hold": self.on_hold,
            "end_conference_on_exit": self.end_conference_on_exit,
            "soft_end_conference_on_exit": self.soft_end_conference_on_exit,
            "whisper_call_control_ids": self.whisper_to,
            "created_at": iso(self.created_at),
            "updated_at": iso(self.updated_at),
        }


@dataclass(slots=True, eq=False)
class Conference:
    """`creator` is the call that it was made with; `replies` are answers already given, by `command_id`."""

    id: str
    name: str
    creator: Call
    created_at: float
    updated_at: float
    expires_at: float
    max_participants: int = DEFAULT_MAX_PARTICIPANTS
    region: str = "US"
    participants: dict[str, Participant] = field(default_factory=dict)
    """Participants by the id of their call, including those who have left."""
    ended_at: float | None = None
    end_reason: str | None = None
    ended_by: Call | None = None
    playing: dict[str, Callable[[float], None]] = field(default_factory=dict)
    replies: dict[str, Fields] = field(default_factory=dict)

    @property
    def present(self) -> list[Participant]:
        return [participant for participant in self.participants.values() if participant.status == "joined"]

    @property
    def status(self) -> str:
        return "in_progress" if self.ended_at is None else "completed"

    def render(self) -> Fields:
        by = self.ended_by
        return {
            "record_type": "conference",
            "id": self.id,
            "name": self.name,
            "status": self.status,
            "connection_id": self.creator.connection_id,
            "region": self.region,
            "created_at": iso(self.created_at),
            "updated_at": iso(self.updated_at),
            "expires_at": iso(self.expires_at),
            "end_reason": self.end_reason,
            "ended_by": {"call_control_id": by.id, "call_session_id": by.session_id} if by else None,
        }


def create(account: Account, name: str, creator: Call, *, lasts_secs: float = LASTS_SECS) -> Conference:
    """Create a conference that nobody is in yet."""
    now = account.clock.now()
    conference = Conference(account.ids.uuid("conference"), name, creator, now, now, now + lasts_secs)
    account.collection(Conference)[conference.id] = conference
    tell(account, conference, creator, "conference.created", now)
    account.agenda.plan(conference.expires_at, partial(end, account, conference, "time_exceeded", None))
    return conference


def join(account: Account, conference: Conference, call: Call, moment: float) -> Participant:
    """Put the call into the conference. Raises SandboxError 90044 if it is in it already, 90032 if it is full."""
    former = conference.participants.get(call.id)
    if former is not None and former.status == "joined":
        raise SandboxError("90044")
    if len(conference.present) >= conference.max_participants:
        raise SandboxError("90032", f"The conference takes {conference.max_participants} participants.")
    participant = Participant(account.ids.uuid("participant"), call, moment, moment)
    conference.participants[call.id] = participant
    call.keep_until(conference.expires_at)
    call.closing["conference"] = partial(leave, account, conference, participant)
    tell(account, conference, call, "conference.participant.joined", moment)
    return participant


def leave(account: Account, conference: Conference, participant: Participant, moment: float) -> None:
    if participant.status == "left":
        return
    # Set first: the end of the conference hangs up the calls in it, which leave it once more.
    participant.status, participant.updated_at = "left", moment
    call = participant.call
    call.closing.pop("conference", None)
    call.active_at = moment
    tell(account, conference, call, "conference.participant.left", moment)
    if participant.end_conference_on_exit:
        end(account, conference, "host_left", call, moment)
    elif not conference.present or _only_guests(conference, participant):
        end(account, conference, "all_left", call, moment)


def end(account: Account, conference: Conference, reason: str, by: Call | None, moment: float) -> None:
    """End the conference; calls that are still in it are hung up."""
    if conference.ended_at is not None:
        return
    conference.ended_at = conference.updated_at = moment
    conference.end_reason, conference.ended_by = reason, by
    for stop in list(conference.playing.values()):
        stop(moment)
    for recording in going_on(account, conference_id=conference.id):
        finish(account, recording, moment)
    for participant in conference.present:
        leave(account, conference, participant, moment)
        end_call(account, participant.call, moment, Ending("normal_clearing", participant.call.own_side))
    tell(account, conference, conference.creator, "conference.ended", moment, reason=reason)


def tell(account: Account, conference: Conference, call: Call, name: str, moment: float, **more: object) -> None:
    """Leave an event of the conference with the call it is about."""
    told = {"conference_id": conference.id, "occurred_at": iso(moment), **more}
    report(account, call, name, moment, **told)


def _only_guests(conference: Conference, leaving: Participant) -> bool:
    """True if `leaving` was the last participant with `soft_end_conference_on_exit`."""
    hosts = [each for each in conference.present if each.soft_end_conference_on_exit]
    return leaving.soft_end_conference_on_exit and not hosts
