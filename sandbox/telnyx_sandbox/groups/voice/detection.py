"""Answering machine detection, if the call's settings ask for it."""

from functools import partial

from ...account import Account
from .call import Call
from .events import report
from .party import GREETING_SECS

DETECTED_AFTER_SECS = 2.0

_PREMIUM = ("premium", "premium_ios_call_screening_detection")
_WAITS_FOR_GREETING = (*_PREMIUM, "detect_beep", "greeting_end")
_PLAIN_RESULTS = {"human": "human", "machine": "machine", "machine_without_beep": "machine"}
_PREMIUM_RESULTS = {
    "human": "human_residence",
    "machine": "machine",
    "machine_without_beep": "machine",
    "fax": "fax_detected",
    "silence": "silence",
}


def start(account: Account, call: Call, moment: float) -> None:
    mode = call.settings.get("answering_machine_detection")
    if not isinstance(mode, str) or mode == "disabled":
        return
    account.agenda.plan(moment + DETECTED_AFTER_SECS, partial(_detect, account, call, mode in _PREMIUM))
    if mode in _WAITS_FOR_GREETING and call.party.answerer.startswith("machine"):
        account.agenda.plan(moment + GREETING_SECS, partial(_end_greeting, account, call, mode))


def _detect(account: Account, call: Call, premium: bool, moment: float) -> None:
    if call.ended:
        return
    call.answered_by = _PLAIN_RESULTS.get(call.party.answerer, "not_sure")
    if premium:
        result = _PREMIUM_RESULTS[call.party.answerer]
        report(account, call, "call.machine.premium.detection.ended", moment, result=result)
    else:
        report(account, call, "call.machine.detection.ended", moment, result=call.answered_by)


def _end_greeting(account: Account, call: Call, mode: str, moment: float) -> None:
    if call.ended:
        return
    beeps = call.party.answerer == "machine"
    if mode in _PREMIUM:
        result = "beep_detected" if beeps else "no_beep_detected"
        report(account, call, "call.machine.premium.greeting.ended", moment, result=result)
    elif beeps or mode == "greeting_end":
        report(account, call, "call.machine.greeting.ended", moment, result="beep_detected" if beeps else "ended")
