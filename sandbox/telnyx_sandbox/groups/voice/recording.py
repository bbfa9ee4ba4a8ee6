"""Recordings of calls and conferences. They can be seen once they have ended."""

from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from ...account import Account
from ...clock import iso
from . import audio
from .call import Call, Fields
from .events import report
from .transcription import transcribe

T = TypeVar("T")

DEFAULT_FORMAT = "mp3"


@dataclass(slots=True, eq=False)
class Recording:
    """`call` is the recorded leg, or the one that began the conference; `pauses` begin and end in turns."""

    id: str
    call: Call
    channels: str
    format: str
    initiated_by: str
    started_at: float
    conference_id: str | None = None
    transcribed: bool = False
    waits_for_silence: bool = False
    track: str = "both"
    pauses: list[float] = field(default_factory=list)
    ended_at: float | None = None

    @property
    def paused(self) -> bool:
        return len(self.pauses) % 2 == 1

    @property
    def status(self) -> str:
        if self.ended_at is not None:
            return "completed"
        return "paused" if self.paused else "in-progress"

    def secs(self, now: float) -> float:
        """The length of the recording in seconds, without pauses."""
        ended = self.ended_at or now
        edges = [self.started_at, *self.pauses, *([] if self.paused else [ended])]
        return sum(end - start for start, end in zip(edges[::2], edges[1::2], strict=True))

    def content(self, extension: str) -> bytes:
        secs = self.secs(self.ended_at or self.started_at)
        return audio.mp3(secs) if extension == "mp3" else audio.wav(secs, 2 if self.channels == "dual" else 1)

    def urls(self, account: Account) -> dict[str, str]:
        base = f"{account.origin}/sandbox-files/recordings/{self.id}"
        return {self.format: f"{base}.{self.format}"}

    def render(self, account: Account) -> Fields:
        ended_at = self.ended_at or self.started_at
        return {
            "record_type": "recording",
            "id": self.id,
            "call_control_id": self.call.id,
            "call_leg_id": self.call.leg_id,
            "call_session_id": self.call.session_id,
            "connection_id": self.call.connection_id,
            "conference_id": self.conference_id,
            "from": self.call.sender,
            "to": self.call.recipient,
            "channels": self.channels,
            "initiated_by": self.initiated_by,
            "source": "conference" if self.conference_id else "call",
            "status": "completed",
            "download_urls": self.urls(account),
            "duration_millis": int(self.secs(ended_at) * 1000),
            "recording_started_at": iso(self.started_at),
            "recording_ended_at": iso(ended_at),
            "created_at": iso(ended_at),
            "updated_at": iso(ended_at),
        }


def begin(account: Account, recording: Recording, *, max_secs: float = 0.0) -> None:
    """Record from now on, until it is stopped or the call ends; `max_secs` 0 sets no limit."""
    account.collection(Recording)[recording.id] = recording
    if recording.conference_id is None:
        recording.call.closing[f"recording {recording.id}"] = partial(finish, account, recording)
    if max_secs:
        account.agenda.plan(recording.started_at + max_secs, partial(finish, account, recording))


def finish(account: Account, recording: Recording, moment: float) -> None:
    if recording.ended_at is not None:
        return
    recording.ended_at = moment
    call = recording.call
    call.closing.pop(f"recording {recording.id}", None)
    kind = "conference" if recording.conference_id else "call"
    told: Fields = {"recording_id": recording.id, "channels": recording.channels, "format": recording.format}
    if recording.conference_id:
        told["conference_id"] = recording.conference_id
    urls = recording.urls(account)
    started_at, ended_at = iso(recording.started_at), iso(moment)
    times = {"recording_started_at": started_at, "recording_ended_at": ended_at}
    report(account, call, f"{kind}.recording.saved", moment, **told, **times, recording_urls=urls)
    if recording.transcribed:
        transcribe(account, call, recording.id, recording.secs(moment), moment)


def going_on(account: Account, call: Call | None = None, conference_id: str | None = None) -> list[Recording]:
    """Recordings of the call, or of the conference, that have not ended."""
    return [
        recording
        for recording in account.collection(Recording).values()
        if recording.ended_at is None
        and recording.conference_id == conference_id
        and (conference_id is not None or recording.call is call)
    ]
