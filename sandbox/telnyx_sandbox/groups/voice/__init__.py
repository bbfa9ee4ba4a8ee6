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
    conference_actions,
    conferences,
    detection,
    dialing,
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
    texml_document,
    texml_queues,
    texml_recordings,
    texml_streams,
)
from .calls import WhenAnswered

ROUTES: tuple[Routes, ...] = (
    call_routes.routes,
    event_routes.routes,
    conference_actions.routes,
    conferences.routes,
    queues.routes,
    recordings.routes,
    texml_calls.routes,
    texml_conferences.routes,
    texml_queues.routes,
    texml_recordings.routes,
    texml_streams.routes,
    assistant.routes,
    bridging.routes,
    ending.routes,
    gathering.routes,
    playing.routes,
    queue.routes,
    recording_commands.routes,
    streams.routes,
)
SEEDS: tuple[Callable[[Account], None], ...] = ()

# The order here is the order of the call's events, which clients see: rivals are hung up before the call is bridged.
# Recording begins before the TeXML document, because a document may hang up at once, and what begins on a call that has
# ended is never closed with it.
WHEN_ANSWERED = WhenAnswered(
    (
        asked.play_audio,
        asked.join_conference,
        asked.supervise,
        assistant.start_asked_for,
        dialing.cancel_rivals,
        bridging.bridge_when_answered,
        detection.start,
        recording_commands.start_asked_for,
        texml_document.start_asked_for,
        texml_conferences.join_when_answered,
    )
)
