"""One leg of a call, from dialling or arrival to its end."""

from collections.abc import Callable
from dataclasses import dataclass, field

from ...clock import iso
from .party import Party

REMEMBERED_SECS = 600.0
"""A call can be looked up this long after its end."""

DEFAULT_TIMEOUT_SECS = 30
DEFAULT_TIME_LIMIT_SECS = 14_400

Fields = dict[str, object]


@dataclass(frozen=True, slots=True)
class Ending:
    """The cause of a call's end, and the side that ended it."""

    cause: str = "normal_clearing"
    source: str = "unknown"
    sip_code: str = "200"


@dataclass(slots=True)
class Call:
    """`settings` are the fields of the dialling or answering request, such as `record` and `assistant`."""

    id: str
    leg_id: str
    session_id: str
    connection_id: str
    direction: str
    sender: str
    recipient: str
    party: Party
    created_at: float
    product: str = "call_control"
    timeout_secs: int = DEFAULT_TIMEOUT_SECS
    time_limit_secs: int = DEFAULT_TIME_LIMIT_SECS
    client_state: str | None = None
    settings: Fields = field(default_factory=dict)
    ringing_at: float | None = None
    answered_at: float | None = None
    ended_at: float | None = None
    ending: Ending | None = None
    answered_by: str | None = None
    active_at: float = 0.0
    """The last moment at which something happens on the call, which may be in the future. The other party waits for
    it."""
    last_event_at: float = 0.0
    peer_id: str | None = None
    """The leg it is bridged to."""
    bridges_to: "Call | None" = None
    """The leg that it is bridged to as soon as it is answered."""
    rivals: "list[Call]" = field(default_factory=list)
    """Legs dialled with it, of which one is to be answered."""
    closing: dict[str, Callable[[float], None]] = field(default_factory=dict)
    """Functions that stop an activity when the call ends, by the name of the activity."""
    replies: dict[str, Fields] = field(default_factory=dict)
    """Answers already given, by `command_id`."""

    @property
    def status(self) -> str:
        if self.ended_at is not None:
            return "ended"
        if self.answered_at is not None:
            return "answered"
        return "initiated" if self.ringing_at is None else "ringing"

    @property
    def ended(self) -> bool:
        return self.ended_at is not None

    @property
    def other_party(self) -> str:
        """The number or address at the other end: the one called, or the one calling."""
        return self.recipient if self.direction == "outgoing" else self.sender

    @property
    def own_side(self) -> str:
        return "caller" if self.direction == "outgoing" else "callee"

    @property
    def other_side(self) -> str:
        return "callee" if self.direction == "outgoing" else "caller"

    def forgotten(self, now: float) -> bool:
        return self.ended_at is not None and now - self.ended_at > REMEMBERED_SECS

    def duration_secs(self, now: float) -> int:
        """Whole seconds since the answer."""
        return 0 if self.answered_at is None else int((self.ended_at or now) - self.answered_at)

    def keep_until(self, moment: float) -> None:
        self.active_at = max(self.active_at, moment)

    def render(self, now: float) -> Fields:
        return {
            "record_type": "call",
            "call_control_id": self.id,
            "call_leg_id": self.leg_id,
            "call_session_id": self.session_id,
            "is_alive": not self.ended,
            "call_duration": self.duration_secs(now),
            "client_state": self.client_state or "",
            "start_time": iso(self.created_at),
            "end_time": None if self.ended_at is None else iso(self.ended_at),
        }

    def identify(self) -> Fields:
        """The fields that every event of the call carries."""
        return {
            "call_control_id": self.id,
            "call_leg_id": self.leg_id,
            "call_session_id": self.session_id,
            "connection_id": self.connection_id,
            "client_state": self.client_state,
            "from": self.sender,
            "to": self.recipient,
        }
