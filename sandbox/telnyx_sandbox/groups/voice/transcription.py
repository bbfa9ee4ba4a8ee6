"""Transcriptions of recordings, and of calls while they go on."""

from dataclasses import dataclass
from functools import partial

from ...account import Account
from ...clock import iso
from .call import Call, Fields
from .events import report

WRITTEN_AFTER_SECS = 2.0


@dataclass(slots=True, eq=False)
class RecordingTranscription:
    id: str
    call: Call
    recording_id: str
    text: str
    duration_secs: float
    created_at: float

    def status(self, now: float) -> str:
        return "completed" if now >= self.created_at + WRITTEN_AFTER_SECS else "in-progress"

    def render(self, now: float) -> Fields:
        completed = self.status(now) == "completed"
        return {
            "record_type": "recording_transcription",
            "id": self.id,
            "recording_id": self.recording_id,
            "status": self.status(now),
            "transcription_text": self.text if completed else None,
            "duration_millis": int(self.duration_secs * 1000),
            "created_at": iso(self.created_at),
            "updated_at": iso(self.created_at + (WRITTEN_AFTER_SECS if completed else 0)),
        }


def speech_of(call: Call) -> str:
    """The words that the other party says."""
    if call.party.speech is not None:
        return call.party.speech
    return f"Hello, my number ends in {call.other_party[-4:]}."


def transcribe(account: Account, call: Call, recording_id: str, secs: float, moment: float) -> None:
    """Begin to transcribe a recording."""
    written = RecordingTranscription(
        account.ids.uuid("recording_transcription"), call, recording_id, speech_of(call), secs, moment
    )
    account.collection(RecordingTranscription)[written.id] = written
    account.agenda.plan(moment + WRITTEN_AFTER_SECS, partial(_save, account, written))


def _save(account: Account, written: RecordingTranscription, moment: float) -> None:
    report(
        account,
        written.call,
        "call.recording.transcription.saved",
        moment,
        calling_party_type="sip" if written.call.other_party.startswith("sip") else "pstn",
        recording_id=written.recording_id,
        recording_transcription_id=written.id,
        status="completed",
        transcription_text=written.text,
    )
