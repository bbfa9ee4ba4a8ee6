"""Models, speech, media files and web search."""

from collections.abc import Callable

from ...account import Account
from ...routing import Routes
from . import chat, media, models, research, speech, summary, transcription, vectors, web

ROUTES: tuple[Routes, ...] = (
    chat.routes,
    media.routes,
    models.routes,
    research.routes,
    speech.routes,
    summary.routes,
    transcription.routes,
    vectors.routes,
    web.routes,
)
SEEDS: tuple[Callable[[Account], None], ...] = ()
