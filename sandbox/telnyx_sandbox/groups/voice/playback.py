"""Playback on a call: spoken text, audio files and tones, one after the other in the order of the commands.

Text takes a second for 15 characters, an audio file 5 seconds; a host under `.invalid` has no files.
"""

from dataclasses import dataclass
from functools import partial
from urllib.parse import urlsplit

from ...account import Account
from ...body import Body
from ...errors import SandboxError
from .call import Call, Fields
from .commands import Command, CommandRoutes
from .events import report

routes = CommandRoutes()

CHARACTERS_PER_SEC = 15.0
AUDIO_SECS = 5.0
ENDLESS = 1e9
MOST_TIMES = 100


@dataclass(slots=True, eq=False)
class Playing:
    """`kind` is `speak` or `playback`; `over` once it has ended or was stopped."""

    kind: str
    starts_at: float
    ends_at: float
    payload: Fields
    outcome: str = "completed"
    begun: bool = False
    over: bool = False


class Playlist(list[Playing]):
    """The items that are or will be played to one call."""


def play(account: Account, call: Call, moment: float, kind: str, secs: float, outcome: str, payload: Fields) -> None:
    """Play for `secs`, after everything that is waiting to be played."""
    waiting = _playlist(account, call)
    starts_at = max([moment, *(each.ends_at for each in waiting)])
    playing = Playing(kind, starts_at, starts_at + secs, payload, outcome)
    waiting.append(playing)
    call.closing.setdefault("playing", partial(_hang_up, account, call))
    call.keep_until(min(playing.ends_at, moment + call.time_limit_secs))
    account.agenda.plan(starts_at, partial(_begin, account, call, playing))
    if secs < ENDLESS:
        account.agenda.plan(playing.ends_at, partial(_finish, account, call, playing, outcome))
    if starts_at <= moment:
        _begin(account, call, playing, moment)


def play_audio_asked_for(account: Account, call: Call, moment: float) -> None:
    url, name = call.settings.get("audio_url"), call.settings.get("media_name")
    if url or name:
        play(account, call, moment, "playback", AUDIO_SECS, "completed", {"media_url": url, "media_name": name})


def stop(account: Account, call: Call, moment: float, which: str) -> None:
    """Stop everything (`all`), or only the item that is being played now (`current`)."""
    waiting = list(_playlist(account, call))
    for playing in waiting[:1] if which == "current" else waiting:
        _finish(account, call, playing, "cancelled", moment)
    call.active_at = moment


def speaking_secs(text: str) -> float:
    return max(1.0, len(text) / CHARACTERS_PER_SEC)


def times_of(body: Body) -> float:
    """The number of times that something is played; `ENDLESS` if it is repeated for ever."""
    loop = str(body.value("loop") or 1)
    if loop == "infinity":
        return ENDLESS
    if not loop.isdecimal() or not 1 <= int(loop) <= MOST_TIMES:
        raise SandboxError("90009", pointer="/loop")
    return float(loop)


def audio_of(body: Body, *names: str) -> tuple[Fields, str]:
    """The audio that a command names in one of the fields, and the status with which its playback ends."""
    given = {name: body.text(name) for name in names if body.text(name)}
    if not given:
        raise SandboxError("10004", f"Give {' or '.join(names)}.", pointer=f"/{names[0]}")
    url = given.get("audio_url")
    if url is not None and urlsplit(url).scheme not in ("http", "https"):
        raise SandboxError("10003", pointer="/audio_url")
    missing = url is not None and (urlsplit(url).hostname or "").endswith(".invalid")
    return {"media_url": url, "media_name": given.get("media_name")}, "file_not_found" if missing else "completed"


@routes.command("speak")
def speak(command: Command) -> None:
    body = command.body
    secs = speaking_secs(body.required_text("payload")) * times_of(body)
    _make_room(command)
    play(command.account, command.call, command.now, "speak", secs, "completed", {})


@routes.command("playback_start")
def start_playback(command: Command) -> None:
    payload, outcome = audio_of(command.body, "audio_url", "media_name", "playback_content")
    payload["overlay"] = command.body.flag("overlay") or False
    secs = AUDIO_SECS * times_of(command.body) if outcome == "completed" else 0.0
    _make_room(command)
    play(command.account, command.call, command.now, "playback", secs, outcome, payload)


@routes.command("playback_stop")
def stop_playback(command: Command) -> None:
    stop(command.account, command.call, command.now, command.body.text("stop") or "all")


@routes.command("send_dtmf")
def send_digits(command: Command) -> None:
    """Does nothing: nobody at the other end reacts to tones."""


def _make_room(command: Command) -> None:
    which = command.body.text("stop")
    if which:
        stop(command.account, command.call, command.now, which)


def _playlist(account: Account, call: Call) -> Playlist:
    return account.collection(Playlist).setdefault(call.id, Playlist())


def _begin(account: Account, call: Call, playing: Playing, moment: float) -> None:
    if not playing.over and not playing.begun:
        playing.begun = True
        report(account, call, f"call.{playing.kind}.started", moment, **playing.payload)


def _finish(account: Account, call: Call, playing: Playing, outcome: str, moment: float) -> None:
    if playing.over:
        return
    playing.over = True
    _playlist(account, call).remove(playing)
    if playing.begun:
        told = "completed" if playing.kind == "speak" and outcome == "cancelled" else outcome
        report(account, call, f"call.{playing.kind}.ended", moment, **playing.payload, status=told)


def _hang_up(account: Account, call: Call, moment: float) -> None:
    for playing in list(_playlist(account, call)):
        _finish(account, call, playing, "call_hangup", moment)
    account.collection(Playlist).pop(call.id, None)
