"""Commands on a conference: joining, muting, holding, playing, recording, gathering."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from ...account import Account
from ...body import Body
from ...errors import SandboxError
from ...reply import Reply, data
from ...request import Request
from ...routing import Routes
from .call import Call, Fields
from .commands import live_call
from .conference import Conference, Participant, end, join, leave, tell
from .conferences import set_exits
from .gather import Gather, start
from .playback import AUDIO_SECS, ENDLESS, audio_of, speaking_secs, times_of
from .recording import Recording, begin, finish, going_on

routes = Routes()


@dataclass(frozen=True, slots=True)
class Command:
    """A command that the conference accepted. `targets` are the participants it names, or all."""

    account: Account
    conference: Conference
    body: Body
    now: float
    targets: list[Participant]


Handler = Callable[[Command], None]


def command(name: str) -> Callable[[Handler], Handler]:
    """Take `POST /conferences/{id}/actions/{name}`."""

    def register(handler: Handler) -> Handler:
        @routes.post(f"/conferences/{{id}}/actions/{name}")
        def perform(request: Request) -> Reply:
            return _perform(request, handler)

        return handler

    return register


@command("join")
def join_conference(command: Command) -> None:
    body = command.body
    call = live_call(command.account, body.required_text("call_control_id"))
    participant = join(command.account, command.conference, call, command.now)
    participant.muted, participant.on_hold = body.flag("mute") or False, body.flag("hold") or False
    set_exits(participant, body)
    _supervise(participant, body)


@command("leave")
def leave_conference(command: Command) -> None:
    leave(command.account, command.conference, _named(command), command.now)


@command("update")
def update_supervisor(command: Command) -> None:
    _supervise(_named(command), command.body)


@command("mute")
def mute(command: Command) -> None:
    _set(command, "muted", to=True)


@command("unmute")
def unmute(command: Command) -> None:
    _set(command, "muted", to=False)


@command("hold")
def hold(command: Command) -> None:
    _set(command, "on_hold", to=True)


@command("unhold")
def unhold(command: Command) -> None:
    _set(command, "on_hold", to=False)


@command("speak")
def speak(command: Command) -> None:
    _play(command, "speak", speaking_secs(command.body.required_text("payload")), {})


@command("play")
def play(command: Command) -> None:
    payload, _ = audio_of(command.body, "audio_url", "media_name")
    _play(command, "playback", AUDIO_SECS * times_of(command.body), payload)


@command("stop")
def stop(command: Command) -> None:
    for each in list(command.conference.playing.values()):
        each(command.now)


@command("send_dtmf")
def send_digits(command: Command) -> None:
    """Does nothing: nobody reacts to tones."""


@command("gather_using_audio")
def gather_using_audio(command: Command) -> None:
    tries = command.body.integer("maximum_tries") or 3
    start(command.account, _named(command).call, Gather.of(command.body, [AUDIO_SECS] * tries), command.now)


@command("record_start")
def start_recording(command: Command) -> None:
    conference, body = command.conference, command.body
    recording = Recording(
        id=command.account.ids.uuid("recording"),
        call=conference.creator,
        channels=body.text("channels") or "single",
        format=body.required_text("format"),
        initiated_by="StartConferenceRecordingAPI",
        started_at=command.now,
        conference_id=conference.id,
    )
    begin(command.account, recording)


@command("record_stop")
def stop_recording(command: Command) -> None:
    for recording in _recordings(command):
        finish(command.account, recording, command.now)


@command("record_pause")
def pause_recording(command: Command) -> None:
    for recording in _recordings(command):
        if not recording.paused:
            recording.pauses.append(command.now)


@command("record_resume")
def resume_recording(command: Command) -> None:
    for recording in _recordings(command):
        if recording.paused:
            recording.pauses.append(command.now)


@command("end")
def end_conference(command: Command) -> None:
    end(command.account, command.conference, "ended_via_api", None, command.now)


def _perform(request: Request, handler: Handler) -> Reply:
    account, body = request.account, request.body
    conference = account.collection(Conference).get(request.id)
    if conference is None:
        raise SandboxError("90058")
    command_id = body.text("command_id")
    if command_id is not None and command_id in conference.replies:
        return data(conference.replies[command_id])
    if conference.ended_at is not None:
        raise SandboxError("90019")
    targets = [_in(conference, each) for each in body.texts("call_control_ids") or []] or conference.present
    handler(Command(account, conference, body, account.clock.now(), targets))
    reply: Fields = {"result": "ok"}
    if command_id is not None:
        conference.replies[command_id] = reply
    return data(reply)


def _in(conference: Conference, call_id: str) -> Participant:
    participant = conference.participants.get(call_id)
    if participant is None or participant.status == "left":
        raise SandboxError("90015", "This call is not in the conference.", pointer="/call_control_id")
    return participant


def _named(command: Command) -> Participant:
    return _in(command.conference, command.body.required_text("call_control_id"))


def _set(command: Command, name: str, *, to: bool) -> None:
    for participant in command.targets:
        setattr(participant, name, to)
        participant.updated_at = command.now


def _supervise(participant: Participant, body: Body) -> None:
    participant.supervisor_role = body.text("supervisor_role") or participant.supervisor_role
    participant.whisper_to = body.texts("whisper_call_control_ids") or participant.whisper_to


def _recordings(command: Command) -> list[Recording]:
    recordings = going_on(command.account, conference_id=command.conference.id)
    wanted = command.body.text("recording_id")
    chosen = [recording for recording in recordings if wanted in (None, recording.id)]
    if not chosen:
        raise SandboxError("10005", "The conference has no such recording going on.", pointer="/recording_id")
    return chosen


def _play(command: Command, kind: str, secs: float, payload: Fields) -> None:
    """Play to the whole conference, or to each call that the command names."""
    account, conference, now = command.account, command.conference, command.now
    if command.body.texts("call_control_ids"):
        heard = [(each.call, f"conference.participant.{kind}") for each in command.targets]
    else:
        heard = [(conference.creator, f"conference.{kind}")]
    for call, name in heard:
        tell(account, conference, call, f"{name}.started", now, **payload)
        over = partial(_played, account, conference, call, name, payload)
        conference.playing[f"{name} {call.id} {now}"] = over
        if secs < ENDLESS:
            account.agenda.plan(now + secs, partial(_finish, conference, f"{name} {call.id} {now}"))


def _finish(conference: Conference, key: str, moment: float) -> None:
    over = conference.playing.get(key)
    if over is not None:
        over(moment)


def _played(account: Account, conference: Conference, call: Call, name: str, payload: Fields, moment: float) -> None:
    for key in [key for key in conference.playing if key.startswith(f"{name} {call.id} ")]:
        del conference.playing[key]
    tell(account, conference, call, f"{name}.ended", moment, **payload)
