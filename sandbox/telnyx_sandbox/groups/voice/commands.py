"""Commands on calls: their routes, checks and events, and replies that are repeated for the same `command_id`."""

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass

from ...account import Account
from ...body import Body
from ...errors import SandboxError
from ...reply import Reply, data
from ...request import Request
from ...routing import Routes
from .call import Call, Fields
from .calls import touch
from .events import note

_UNLISTED = ("payment_token", "sip_auth_password", "stream_auth_token")
"""Parameters that the list of events leaves out."""


@dataclass(frozen=True, slots=True)
class Command:
    """A command that the call accepted at `now`."""

    account: Account
    call: Call
    body: Body
    now: float
    fields: Fields
    """The body as it was sent."""


Handler = Callable[[Command], Fields | None]
"""Returns the fields of the answer besides `result`."""


class CommandRoutes(Routes):
    """Routes of which some are commands on calls: `@routes.command("speak")` above each handler."""

    def command(
        self, name: str, *, answered: bool = True, parameter: str = "call_control_id"
    ) -> Callable[[Handler], Handler]:
        """Take `POST /calls/{call_control_id}/actions/{name}`; `answered` commands need an answered call."""

        def register(handler: Handler) -> Handler:
            @self.post(f"/calls/{{{parameter}}}/actions/{name}")
            def perform(request: Request) -> Reply:
                return _perform(request, request.ids[parameter], name, handler, answered=answered)

            return handler

        return register


def call_of(account: Account, call_id: str) -> Call:
    call = account.collection(Call).get(call_id)
    if call is None:
        raise SandboxError("90015", pointer="/call_control_id")
    return call


def live_call(account: Account, call_id: str, *, answered: bool = True) -> Call:
    """A call that has not ended. Raises SandboxError 90015, 90018 or 90034."""
    call = call_of(account, call_id)
    if call.ended:
        raise SandboxError("90018")
    if answered and call.answered_at is None:
        raise SandboxError("90034")
    return call


def require_client_state(body: Body) -> str | None:
    state = body.text("client_state")
    try:
        base64.b64decode(state or "", validate=True)
    except (binascii.Error, ValueError):
        raise SandboxError("90017", pointer="/client_state") from None
    return state


def listed_fields(fields: Fields) -> Fields:
    """A command's parameters in the form that the list of events shows."""
    return {name: value for name, value in fields.items() if name not in _UNLISTED}


def _perform(request: Request, call_id: str, name: str, handler: Handler, *, answered: bool) -> Reply:
    account, now = request.account, request.account.clock.now()
    call, command_id = call_of(account, call_id), request.body.text("command_id")
    if command_id is not None and command_id in call.replies:
        return data(call.replies[command_id])
    fields = request.json if isinstance(request.json, dict) else {}
    # Recorded before it is checked, because the list of events shows refused commands too.
    sent = note(account, call, name, now, listed_fields(fields))
    try:
        live_call(account, call_id, answered=answered)
        call.client_state = require_client_state(request.body) or call.client_state
        result = {"result": "ok"} | (handler(Command(account, call, request.body, now, fields)) or {})
    except SandboxError:
        sent.failed = True
        raise
    touch(account, call, now)
    if command_id is not None:
        call.replies[command_id] = result
    return data(result)
