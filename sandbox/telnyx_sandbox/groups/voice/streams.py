"""Media of a call: streams, forks, SIPREC, noise suppression, relayed conversations, payments."""

from functools import partial

from ...account import Account
from ...errors import SandboxError
from .call import Call, Fields
from .commands import Command, CommandRoutes
from .events import report

routes = CommandRoutes()

PAID_AFTER_SECS = 5.0


@routes.command("streaming_start")
def start_streaming(command: Command) -> None:
    _begin(command, "streaming", {"stream_url": command.body.text("stream_url")})


@routes.command("streaming_stop")
def stop_streaming(command: Command) -> None:
    _stop(command, "streaming", "90048")


@routes.command("fork_start")
def start_forking(command: Command) -> None:
    _begin(command, "call.fork", {"stream_type": "decrypted"})


@routes.command("fork_stop")
def stop_forking(command: Command) -> None:
    _stop(command, "call.fork", "90031")


@routes.command("siprec_start")
def start_siprec(command: Command) -> None:
    _begin(command, "siprec", {})


@routes.command("siprec_stop")
def stop_siprec(command: Command) -> None:
    _stop(command, "siprec", "10027")


@routes.command("suppression_start")
def start_suppression(command: Command) -> None:
    """Does nothing: noise suppression leaves no events."""


@routes.command("suppression_stop")
def stop_suppression(command: Command) -> None:
    """Does nothing, even if no suppression is on."""


@routes.command("conversation_relay_start")
def start_relay(command: Command) -> Fields:
    settings = command.body.fields("conversation_relay_settings") or {}
    if not (command.body.text("url") or command.body.text("conversation_relay_url") or settings.get("url")):
        raise SandboxError("10004", "'url' is required.", pointer="/url")
    if "relay" in command.call.closing:
        raise SandboxError("10027", "A conversation is relayed already.")
    command.call.closing["relay"] = _nothing
    return {"conversation_relay_id": command.account.ids.uuid("conversation_relay")}


@routes.command("conversation_relay_stop")
def stop_relay(command: Command) -> None:
    if command.call.closing.pop("relay", None) is None:
        raise SandboxError("10027", "No conversation is relayed.")


@routes.command("send_sip_info")
def send_sip_info(command: Command) -> None:
    """Does nothing: the other side accepts it and does not react."""


@routes.command("pay")
def pay(command: Command) -> None:
    """Report a payment. The card is always accepted, and no money moves."""
    told: Fields = {
        "payment_method": command.body.text("payment_method") or "credit-card",
        "payment_connector": command.body.text("connector_name"),
        "result": "success",
        "payment_card_number": "xxxxxxxxxxxx1111",
        "payment_card_type": "visa",
    }
    command.call.keep_until(command.now + PAID_AFTER_SECS)
    happening = partial(_paid, command.account, command.call, told)
    command.account.agenda.plan(command.now + PAID_AFTER_SECS, happening)


def begin(account: Account, call: Call, what: str, payload: Fields, moment: float) -> None:
    """Begin a stream or its like. Raises SandboxError if one is going on already."""
    if what in call.closing:
        raise SandboxError("10027" if what == "siprec" else "90045")
    call.closing[what] = partial(_stopped, account, call, what, payload)
    report(account, call, f"{what}.started", moment, **payload)


def stop(call: Call, what: str, moment: float) -> bool:
    """Stop a stream or its like; returns False if none is going on."""
    close = call.closing.pop(what, None)
    if close is not None:
        close(moment)
    return close is not None


def _begin(command: Command, what: str, payload: Fields) -> None:
    begin(command.account, command.call, what, payload, command.now)


def _stop(command: Command, what: str, code: str) -> None:
    if not stop(command.call, what, command.now):
        raise SandboxError(code)


def _stopped(account: Account, call: Call, what: str, payload: Fields, moment: float) -> None:
    report(account, call, f"{what}.stopped", moment, **payload)


def _paid(account: Account, call: Call, told: Fields, moment: float) -> None:
    if not call.ended:
        report(account, call, "call.payment.completed", moment, **told)


def _nothing(moment: float) -> None:
    """Does nothing: a relay leaves no event at its end."""
