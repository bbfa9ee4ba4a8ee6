"""Calls that supervise another call."""

from functools import partial

from ...account import Account
from .call import Call, Ending
from .calls import end
from .commands import Command, CommandRoutes

routes = CommandRoutes()


@routes.command("switch_supervisor_role")
def switch_supervisor_role(command: Command) -> None:
    command.call.settings["supervisor_role"] = command.body.required_text("role")


def supervise_asked_for(account: Account, call: Call, moment: float) -> None:
    """Keep the call on the line for as long as the call that it supervises."""
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
