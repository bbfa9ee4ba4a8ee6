"""The other party of a call, which decides how a call to a number ends, and what is typed and said there.

The number decides. `+155500` and five digits, or a SIP URI whose user part is the last three of them
(`sip:486@sandbox.example`), play a scripted party:

    +15550000486  busy: user_busy after 1 s
    +15550000480  nobody answers: rings until timeout_secs, then timeout
    +15550000408  nobody answers and the network gives up after 10 s: no_answer
    +15550000603  declines after 1 s: call_rejected
    +15550000404  no such number: not_found at once
    +15550000503  cannot be reached: unspecified after 1 s
    +15550000201  an answering machine, greeting of 5 s and a beep
    +15550000202  an answering machine, greeting of 5 s without a beep
    +15550000203  a fax
    +15550000204  answers and says nothing (not_sure, silence)
    +15550000205  a person who hangs up 5 s after answering
    +15550000206  a person who types no digits
    +15550000207  a person who answers only after 10 s
    +155500900XX  refused at once with the error 900XX: +15550090041, +15550090042, +15550090043
    +15550010010  refused at once: the destination is not allowed (10010, D13)

Every other number is answered after 2 s by a person who types the last four digits of the number when asked, says
so when listened to, and hangs up when nothing has happened on the call for 60 s. `POST /sandbox/callees` (see
`control`) gives any number another outcome, digits and words.
"""

import re
from dataclasses import dataclass, replace
from typing import Literal

from ...account import Account

Answerer = Literal["human", "machine", "machine_without_beep", "fax", "silence"]

RINGING_AFTER_SECS = 0.5
ANSWERED_AFTER_SECS = 2.0
STAYS_SECS = 60.0
GREETING_SECS = 5.0


@dataclass(frozen=True, slots=True)
class Failure:
    """The reason why a call is not answered. If `after_secs` is None, it fails at the end of its timeout."""

    cause: str
    sip_code: str
    after_secs: float | None = 1.0


@dataclass(frozen=True, slots=True)
class Party:
    """`digits` are typed at every gather; None means the last digits of the number."""

    failure: Failure | None = None
    answerer: Answerer = "human"
    answers_after_secs: float = ANSWERED_AFTER_SECS
    stays_secs: float = STAYS_SECS
    patient: bool = True
    """A patient party stays while something happens; others leave `stays_secs` after answering, whatever happens."""
    digits: str | None = None
    speech: str | None = None


FAILURES = {
    "busy": Failure("user_busy", "486"),
    "timeout": Failure("timeout", "487", None),
    "no_answer": Failure("no_answer", "408", 10.0),
    "rejected": Failure("call_rejected", "603"),
    "not_found": Failure("not_found", "404", RINGING_AFTER_SECS),
    "unreachable": Failure("unspecified", "503"),
}
_SCRIPTED = {
    "486": Party(FAILURES["busy"]),
    "480": Party(FAILURES["timeout"]),
    "408": Party(FAILURES["no_answer"]),
    "603": Party(FAILURES["rejected"]),
    "404": Party(FAILURES["not_found"]),
    "503": Party(FAILURES["unreachable"]),
    "201": Party(answerer="machine", digits="", speech=""),
    "202": Party(answerer="machine_without_beep", digits="", speech=""),
    "203": Party(answerer="fax", digits="", speech=""),
    "204": Party(answerer="silence", digits="", speech=""),
    "205": Party(stays_secs=5.0, patient=False),
    "206": Party(digits=""),
    "207": Party(answers_after_secs=10.0),
}
_NUMBER = re.compile(r"\+15550000([0-9]{3})")
_URI = re.compile(r"sips?:([0-9]{3})@.+")


def callees(account: Account) -> dict[str, Party]:
    return account.collection(Party)


def party_at(account: Account, address: str) -> Party:
    scripted = callees(account).get(address)
    if scripted is not None:
        return scripted
    match = _NUMBER.fullmatch(address) or _URI.fullmatch(address)
    return _SCRIPTED.get(match[1], Party()) if match else Party()


def scripted(outcome: str, digits: str | None, speech: str | None) -> Party:
    """A party by the name of its outcome: one of `FAILURES`, or who answers."""
    person = {"human": Party(), "hangs_up": _SCRIPTED["205"], "slow": _SCRIPTED["207"]}.get(outcome)
    machine = {"machine": "201", "machine_without_beep": "202", "fax": "203", "silence": "204"}.get(outcome, "")
    if outcome in FAILURES:
        return Party(FAILURES[outcome])
    return replace(person, digits=digits, speech=speech) if person else _SCRIPTED[machine]
