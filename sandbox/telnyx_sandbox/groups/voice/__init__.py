"""Calls and what belongs to them: events, recordings, conferences, queues, TeXML calls.

`calls.place` and `calls.receive` begin a call, `dialing.dial` after checking the request; `party` tells how calls to
scripted numbers end. What happens later on a call is planned on the account's agenda.
"""

from collections.abc import Callable

from ...account import Account
from ...routing import Routes
from . import (
    asked,
    assistant,
    bridging,
    call_routes,
    commands,
    conference_actions,
    conferences,
    detection,
    ending,
    event_routes,
    gathering,
    playing,
    queue,
    queues,
    recording_commands,
    recordings,
    streams,
    texml_calls,
    texml_conferences,
    texml_queues,
    texml_recordings,
    texml_streams,
)

ROUTES: tuple[Routes, ...] = (
    call_routes.routes,
    event_routes.routes,
    commands.routes,
    conference_actions.routes,
    conferences.routes,
    queues.routes,
    recordings.routes,
    texml_calls.routes,
    texml_conferences.routes,
    texml_queues.routes,
    texml_recordings.routes,
    texml_streams.routes,
)
SEEDS: tuple[Callable[[Account], None], ...] = ()

_COMMANDS = (asked, assistant, bridging, detection, ending, gathering, playing, queue, recording_commands, streams)
"""Modules that add their commands to `commands.routes`, or to what begins with an answer."""
