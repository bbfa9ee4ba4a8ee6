"""Assistants, their versions and tools, and their conversations."""

from collections.abc import Callable

from ...account import Account
from ...routing import Routes
from ..voice.assistant import AssistantHook
from . import assistants, calls, chats, conversations, events, insight, library, mcp_server, versions

ROUTES: tuple[Routes, ...] = (
    assistants.routes,
    chats.routes,
    conversations.routes,
    events.routes,
    insight.routes,
    library.routes,
    mcp_server.routes,
    versions.routes,
)
SEEDS: tuple[Callable[[Account], None], ...] = ()

ON_CALLS = AssistantHook(calls.complete, calls.answer, calls.require, calls.at)
"""Lets the group of calls, which does not know this one, use an account's assistants."""
