"""Gathering of digits. The other party begins to type 3 s after the question began, or when it is over.

A party without a script types the last four digits of its own number (as many as are asked for, of those that are
valid), and then the terminating digit.
"""

from dataclasses import dataclass
from functools import partial

from ...account import Account
from ...body import Body
from ...errors import SandboxError
from .call import Call
from .commands import Command, CommandRoutes
from .events import report
from .playback import AUDIO_SECS, audio_of, speaking_secs

routes = CommandRoutes()

THINKING_SECS = 3.0
BETWEEN_DIGITS_SECS = 0.2
USUAL_DIGITS = 4
ALL_DIGITS = "0123456789#*"


@dataclass(slots=True, eq=False)
class Gather:
    """A gather in progress. `tries` are those still left, each with the prompt that it begins with."""

    minimum: int
    maximum: int
    terminator: str
    valid: str
    silence_secs: float
    """The longest wait for the first digit."""
    pause_secs: float
    """The longest wait for each further digit."""
    timeout_secs: float
    tries: list[float]
    gathered: str = ""
    over: bool = False

    @classmethod
    def of(cls, body: Body, prompts: list[float]) -> "Gather":
        timeout = (body.integer("timeout_millis") or 60_000) / 1000
        gather = cls(
            minimum=body.integer("minimum_digits") or 1,
            maximum=body.integer("maximum_digits") or 128,
            terminator=body.text("terminating_digit") or "#",
            valid=body.text("valid_digits") or ALL_DIGITS,
            silence_secs=min(timeout, (body.integer("initial_timeout_millis") or timeout * 1000) / 1000),
            pause_secs=(body.integer("inter_digit_timeout_millis") or 5_000) / 1000,
            timeout_secs=timeout,
            tries=prompts,
        )
        if gather.minimum > gather.maximum:
            raise SandboxError("10015", "'minimum_digits' is above 'maximum_digits'.", pointer="/minimum_digits")
        return gather

    @property
    def fits(self) -> bool:
        long_enough = self.minimum <= len(self.gathered) <= self.maximum
        return long_enough and not set(self.gathered) - set(self.valid)


@routes.command("gather")
def gather(command: Command) -> None:
    start(command.account, command.call, Gather.of(command.body, [0.0]), command.now)


@routes.command("gather_using_speak")
def gather_using_speak(command: Command) -> None:
    body = command.body
    question = speaking_secs(body.required_text("payload"))
    repeated = speaking_secs(body.text("invalid_payload") or body.required_text("payload"))
    _ask(command, question, repeated)


@routes.command("gather_using_audio")
def gather_using_audio(command: Command) -> None:
    audio_of(command.body, "audio_url", "media_name")
    _ask(command, AUDIO_SECS, AUDIO_SECS)


@routes.command("gather_stop")
def stop_gather(command: Command) -> None:
    close = command.call.closing.pop("gather", None)
    if close is not None:
        gather = command.account.collection(Gather).get(command.call.id)
        if gather is not None:
            _end(command.account, command.call, gather, "cancelled", command.now)


def start(account: Account, call: Call, gather: Gather, moment: float) -> None:
    """Begin to gather; a gather that is going on already is cancelled."""
    # The former gather ends before the new one is stored, because its end takes the call's gather away.
    former = account.collection(Gather).get(call.id)
    if former is not None:
        _end(account, call, former, "cancelled", moment)
    account.collection(Gather)[call.id] = gather
    call.closing["gather"] = partial(_end, account, call, gather, "call_hangup")
    _try(account, call, gather, moment)


def press(account: Account, call: Call, digits: str, moment: float) -> None:
    """Let the other party type `digits` now, into the gather that is going on if there is one."""
    for digit in digits:
        gather = account.collection(Gather).get(call.id)
        if gather is None:
            report(account, call, "call.dtmf.received", moment, digit=digit)
        else:
            _type(account, call, gather, len(gather.tries), digit, moment)


def typed_by(call: Call, gather: Gather) -> str:
    """The digits that the other party types, including the terminating digit."""
    if call.party.digits is not None:
        return call.party.digits
    own = [digit for digit in call.other_party if digit.isdigit()] or ["1"]
    count = min(max(USUAL_DIGITS, gather.minimum), gather.maximum)
    usual = [digit for digit in gather.valid if digit.isdigit()] or list(gather.valid)
    digits = (own * count)[-count:]
    typed = "".join(digit if digit in gather.valid else usual[index % len(usual)] for index, digit in enumerate(digits))
    return typed if count == gather.maximum else typed + gather.terminator


def _ask(command: Command, question: float, repeated: float) -> None:
    tries = command.body.integer("maximum_tries") or 3
    gather = Gather.of(command.body, [question, *[repeated] * (tries - 1)])
    start(command.account, command.call, gather, command.now)


def _try(account: Account, call: Call, gather: Gather, moment: float) -> None:
    prompt, gather.gathered = gather.tries.pop(0), ""
    digits = typed_by(call, gather)
    at = moment + max(prompt, THINKING_SECS)
    plan, latest = account.agenda.plan, moment + prompt + gather.timeout_secs
    for digit in digits:
        plan(at, partial(_type, account, call, gather, len(gather.tries), digit))
        at += BETWEEN_DIGITS_SECS
    over = at - BETWEEN_DIGITS_SECS + gather.pause_secs if digits else moment + prompt + gather.silence_secs
    plan(min(over, latest), partial(_judge, account, call, gather, len(gather.tries)))
    call.keep_until(min(over, latest))


def _type(account: Account, call: Call, gather: Gather, left: int, digit: str, moment: float) -> None:
    if gather.over or left != len(gather.tries):
        return
    report(account, call, "call.dtmf.received", moment, digit=digit)
    if digit != gather.terminator:
        gather.gathered += digit
    if digit == gather.terminator or len(gather.gathered) >= gather.maximum:
        _judge(account, call, gather, left, moment)


def _judge(account: Account, call: Call, gather: Gather, left: int, moment: float) -> None:
    """The digits of the try after which `left` more are left are complete."""
    if gather.over or left != len(gather.tries):
        return
    if gather.fits:
        _end(account, call, gather, "valid", moment)
    elif gather.tries:
        _try(account, call, gather, moment)
    else:
        _end(account, call, gather, "invalid" if gather.gathered else "timeout", moment)


def _end(account: Account, call: Call, gather: Gather, status: str, moment: float) -> None:
    if gather.over:
        return
    gather.over = True
    account.collection(Gather).pop(call.id, None)
    call.closing.pop("gather", None)
    call.keep_until(moment)
    report(account, call, "call.gather.ended", moment, digits=gather.gathered, status=status)
