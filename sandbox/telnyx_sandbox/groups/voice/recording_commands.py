"""Recording and transcribing a call while it goes on."""

from functools import partial

from ...account import Account
from ...errors import SandboxError
from .call import Call
from .commands import Command, CommandRoutes
from .events import report
from .recording import DEFAULT_FORMAT, Recording, begin, finish, going_on
from .transcription import speech_of

routes = CommandRoutes()

HEARD_AFTER_SECS = 3.0


@routes.command("record_start")
def start_recording(command: Command) -> None:
    body, call = command.body, command.call
    silence_secs = body.integer("timeout_secs") or 0
    if silence_secs and "transcription" in call.closing:
        raise SandboxError("90053", pointer="/timeout_secs")
    recording = Recording(
        id=command.account.ids.uuid("recording"),
        call=call,
        channels=body.required_text("channels"),
        format=body.required_text("format"),
        initiated_by="StartCallRecordingAPI",
        started_at=command.now,
        transcribed=body.flag("transcription") or False,
        waits_for_silence=bool(silence_secs),
        track=body.text("recording_track") or "both",
    )
    begin(command.account, recording, max_secs=body.integer("max_length") or 0)


@routes.command("record_stop")
def stop_recording(command: Command) -> None:
    for recording in _chosen(command):
        finish(command.account, recording, command.now)


@routes.command("record_pause")
def pause_recording(command: Command) -> None:
    for recording in _chosen(command):
        if not recording.paused:
            recording.pauses.append(command.now)


@routes.command("record_resume")
def resume_recording(command: Command) -> None:
    for recording in _chosen(command):
        if recording.paused:
            recording.pauses.append(command.now)


@routes.command("transcription_start")
def start_transcription(command: Command) -> None:
    account, call = command.account, command.call
    if "transcription" in call.closing:
        raise SandboxError("90054")
    if any(recording.waits_for_silence for recording in going_on(account, call)):
        raise SandboxError("90053")
    begin_transcription(account, call, command.now)


@routes.command("transcription_stop")
def stop_transcription(command: Command) -> None:
    if any(recording.waits_for_silence for recording in going_on(command.account, command.call)):
        raise SandboxError("90055")
    command.call.closing.pop("transcription", None)


def begin_transcription(account: Account, call: Call, moment: float) -> None:
    """Begin to transcribe the call."""
    call.closing["transcription"] = _nothing
    account.agenda.plan(moment + HEARD_AFTER_SECS, partial(_hear, account, call))


def start_asked_for(account: Account, call: Call, moment: float) -> None:
    """Begin the recording and the transcription that the call's settings ask for."""
    settings = call.settings
    if settings.get("record") == "record-from-answer":
        recording = Recording(
            id=str(settings.get("recording_id") or account.ids.uuid("recording")),
            call=call,
            channels=str(settings.get("record_channels") or "dual"),
            format=str(settings.get("record_format") or DEFAULT_FORMAT),
            initiated_by="OutboundAPI",
            started_at=moment,
            track=str(settings.get("record_track") or "both"),
        )
        settings["recording_id"] = recording.id
        begin(account, recording, max_secs=float(str(settings.get("record_max_length") or 0)))
    if settings.get("transcription") is True:
        begin_transcription(account, call, moment)


def _chosen(command: Command) -> list[Recording]:
    """The recording that the command names, or all recordings of the call."""
    recordings = going_on(command.account, command.call)
    wanted = command.body.text("recording_id")
    if wanted is None:
        return recordings
    chosen = [recording for recording in recordings if recording.id == wanted]
    if not chosen:
        raise SandboxError("10005", "The call has no such recording going on.", pointer="/recording_id")
    return chosen


def _hear(account: Account, call: Call, moment: float) -> None:
    text = speech_of(call)
    if "transcription" in call.closing and text:
        heard = {"transcript": text, "confidence": 0.97, "is_final": True, "transcription_track": "inbound"}
        report(account, call, "call.transcription", moment, transcription_data=heard)


def _nothing(moment: float) -> None:
    """Does nothing: a transcription leaves no event at its end."""
