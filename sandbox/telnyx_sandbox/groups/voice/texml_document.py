"""TeXML documents, whose verbs are run on an answered call, one after the other.

Say, Play, Pause, Gather, Record, Hangup and Connect with an AIAssistant are supported; other verbs are skipped. After
the last verb the call ends, unless an assistant is on it. A document that would have to be fetched from a URL is not
fetched: the call goes on without instructions.
"""

from collections.abc import Sequence
from functools import partial
from xml.etree import ElementTree

from ...account import Account
from ...errors import SandboxError
from .assistant import begin as talk
from .call import Call, Ending
from .calls import end
from .gather import Gather, start
from .playback import AUDIO_SECS, play, speaking_secs
from .recording import DEFAULT_FORMAT, Recording, begin, finish

RECORD_SECS = 10.0
WORKING = "texml"
"""The key of the call's document in `Call.closing`."""


def verbs_of(document: str) -> list[ElementTree.Element]:
    """The verbs of a document. Raises SandboxError if it is not TeXML."""
    try:
        root = None if "<!DOCTYPE" in document else ElementTree.fromstring(document)  # noqa: S314 - no entities
    except ElementTree.ParseError:
        root = None
    if root is None or root.tag != "Response":
        raise SandboxError("10015", "'Texml' must be an XML document that begins with <Response>.", pointer="/Texml")
    return list(root)


def follow(account: Account, call: Call, document: str, moment: float) -> None:
    """Carry out the document from now on, in place of any other."""
    verbs = verbs_of(document)
    call.closing[WORKING] = _Work(verbs)
    _next(account, call, verbs, moment)


def start_asked_for(account: Account, call: Call, moment: float) -> None:
    document = call.settings.get("texml")
    if isinstance(document, str):
        follow(account, call, document, moment)


class _Work:
    """Marks the document that the call follows; verbs of an older one are dropped."""

    def __init__(self, verbs: Sequence[ElementTree.Element]) -> None:
        self.verbs = verbs

    def __call__(self, moment: float) -> None:
        pass


def _next(account: Account, call: Call, verbs: list[ElementTree.Element], moment: float) -> None:
    working = call.closing.get(WORKING)
    # By identity: the call may follow another document by now, which may even have the same verbs.
    if call.ended or not isinstance(working, _Work) or working.verbs is not verbs:
        return
    if not verbs:
        end(account, call, moment, Ending("normal_clearing", call.own_side))
        return
    verb = verbs.pop(0)
    if _connect(account, call, verb, moment):
        return
    secs = _carry_out(account, call, verb, moment)
    call.keep_until(moment + secs)
    account.agenda.plan(moment + secs, partial(_next, account, call, verbs))


def _connect(account: Account, call: Call, verb: ElementTree.Element, moment: float) -> bool:
    """Leave the call to an assistant if the verb asks for it; returns whether it does."""
    asked = verb.find("AIAssistant") if verb.tag == "Connect" else None
    if asked is None:
        return False
    talk(account, call, {"id": asked.get("id")}, moment)
    return True


def _carry_out(account: Account, call: Call, verb: ElementTree.Element, moment: float) -> float:
    """Begin a verb; returns the seconds until the next one."""
    if verb.tag == "Hangup":
        end(account, call, moment, Ending("normal_clearing", call.own_side))
    elif verb.tag == "Pause":
        return _number(verb, "length", 1.0)
    elif verb.tag in ("Say", "Play"):
        return _sound(account, call, verb, moment)
    elif verb.tag == "Gather":
        return _gather(account, call, verb, moment)
    elif verb.tag == "Record":
        return _record(account, call, verb, moment)
    return 0.0


def _sound(account: Account, call: Call, verb: ElementTree.Element, moment: float) -> float:
    text = (verb.text or "").strip()
    if verb.tag == "Play":
        play(account, call, moment, "playback", AUDIO_SECS, "completed", {"media_url": text, "media_name": None})
        return AUDIO_SECS
    play(account, call, moment, "speak", speaking_secs(text), "completed", {})
    return speaking_secs(text)


def _gather(account: Account, call: Call, verb: ElementTree.Element, moment: float) -> float:
    prompt = sum(speaking_secs(each.text or "") if each.tag == "Say" else AUDIO_SECS for each in verb)
    silence = _number(verb, "timeout", 5.0)
    gather = Gather(
        minimum=int(_number(verb, "minDigits", 1)),
        maximum=int(_number(verb, "numDigits", _number(verb, "maxDigits", 128))),
        terminator=verb.get("finishOnKey") or "#",
        valid=verb.get("validDigits") or "0123456789#*",
        silence_secs=silence,
        pause_secs=silence,
        timeout_secs=60.0,
        tries=[prompt],
    )
    start(account, call, gather, moment)
    return max(call.active_at - moment, 0.0)


def _record(account: Account, call: Call, verb: ElementTree.Element, moment: float) -> float:
    secs = min(_number(verb, "maxLength", RECORD_SECS), RECORD_SECS)
    recording = Recording(
        id=account.ids.uuid("recording"),
        call=call,
        channels=verb.get("channels") or "single",
        format=verb.get("format") or DEFAULT_FORMAT,
        initiated_by="RecordVerb",
        started_at=moment,
    )
    begin(account, recording)
    account.agenda.plan(moment + secs, partial(finish, account, recording))
    return secs


def _number(verb: ElementTree.Element, name: str, default: float) -> float:
    text = verb.get(name) or ""
    return float(text) if text.isdigit() else default
