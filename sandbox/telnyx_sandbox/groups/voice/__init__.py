"""Calls and what belongs to them: events, recordings, conferences, queues, TeXML calls.

`calls.place` and `calls.receive` begin a call, `dialing.dial` after checking the request; `party` tells how calls to
scripted numbers end. What happens later on a call is planned on the account's agenda.
"""

from collections.abc import Callable

from ...account import Account
from ...routing import Routes
from . import call_routes, commands, ending, event_routes, playing

ROUTES: tuple[Routes, ...] = (
    call_routes.routes,
    event_routes.routes,
    commands.routes,
)
SEEDS: tuple[Callable[[Account], None], ...] = ()

_COMMANDS = (ending, playing)
"""Modules that add their commands to `commands.routes`."""
