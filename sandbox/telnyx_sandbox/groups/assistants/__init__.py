"""Assistants, their versions and tools, and what they say in conversations."""

from collections.abc import Callable

from ...account import Account
from ...routing import Routes
from . import assistants, calls, chatting, conversations, events, insight, library, mcp_server, texting, versions

ROUTES: tuple[Routes, ...] = (
    assistants.routes,
    chatting.routes,
    conversations.routes,
    events.routes,
    insight.routes,
    library.routes,
    mcp_server.routes,
    versions.routes,
)
SEEDS: tuple[Callable[[Account], None], ...] = ()

_ANSWERING = (calls, texting)
"""Modules that tell calls and arriving texts what assistants say."""
