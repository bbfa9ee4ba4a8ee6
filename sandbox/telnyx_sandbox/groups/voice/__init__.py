"""Calls and what belongs to them: events, recordings, conferences, queues, TeXML calls.

`calls.place` and `calls.receive` begin a call; `outbound_calls.dial` does so after checking the request. `party` tells
how calls to scripted numbers end. What happens later on a call is planned on the account's agenda.
"""

from collections.abc import Callable

from ...account import Account
from ...routing import Routes
from . import (
    assistant,
    bridges,
    call_commands,
    call_routes,
    conference_actions,
    conferences,
    detection,
    event_routes,
    gather,
    outbound_calls,
    playback,
    queue,
    queues,
    recording_commands,
    recordings,
    streams,
    supervision,
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
    bridges.routes,
    call_commands.routes,
    gather.routes,
    playback.routes,
    queue.routes,
    recording_commands.routes,
    streams.routes,
    supervision.routes,
)
SEEDS: tuple[Callable[[Account], None], ...] = ()

# The order here is the order of the call's events, which clients see: rivals are hung up before the call is bridged.
# Recording begins before the TeXML document, because a document may hang up at once, and what begins on a call that has
# ended is never closed with it.
WHEN_ANSWERED = WhenAnswered(
    (
        playback.play_audio_asked_for,
        conferences.join_asked_for,
        supervision.supervise_asked_for,
        assistant.start_asked_for,
        outbound_calls.cancel_rivals,
        bridges.bridge_when_answered,
        detection.start,
        recording_commands.start_asked_for,
        texml_document.start_asked_for,
        texml_conferences.join_when_answered,
    )
)
