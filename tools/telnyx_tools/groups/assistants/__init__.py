"""Voice and messaging assistants: build, version, call, chat, schedule; conversations and tools."""

from telnyx_tools.groups.assistants import (
    building,
    calling,
    conversations,
    events,
    insights,
    library,
    mcp_servers,
    models,
    owned,
    tags,
    talking,
    versions,
)
from telnyx_tools.groups.assistants.group import assistants

__all__ = [
    "assistants",
    "building",
    "calling",
    "conversations",
    "events",
    "insights",
    "library",
    "mcp_servers",
    "models",
    "owned",
    "tags",
    "talking",
    "versions",
]
