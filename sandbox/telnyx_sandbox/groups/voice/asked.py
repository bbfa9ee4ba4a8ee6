"""What else begins with the answer where the dialling request asked for it: audio, a conference, supervision."""

from functools import partial

from ...account import Account
from ...body import Body
from .call import Call, Ending
from .calls import end
from .conference import Conference, create, join
from .conferences import set_exits
from .playing import AUDIO_SECS, play


def play_audio(account: Account, call: Call, moment: float) -> None:
    url, name = call.settings.get("audio_url"), call.settings.get("media_name")
    if url or name:
        play(account, call, moment, "playback", AUDIO_SECS, "completed", {"media_url": url, "media_name": name})


def join_conference(account: Account, call: Call, moment: float) -> None:
    """The conference of `conference_config`, by its id or its name; a new one where there is none of that name."""
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


def supervise(account: Account, call: Call, moment: float) -> None:
    """Whoever supervises another call stays as long as that."""
    supervised = account.collection(Call).get(str(call.settings.get("supervise_call_control_id") or ""))
    if supervised is None:
        return
    if supervised.ended:
        _dismiss(account, call, moment)
        return
    call.keep_until(moment + call.time_limit_secs)
    supervised.closing[f"supervisor {call.id}"] = partial(_dismiss, account, call)


def _dismiss(account: Account, call: Call, moment: float) -> None:
    end(account, call, moment, Ending("normal_clearing", call.own_side))
