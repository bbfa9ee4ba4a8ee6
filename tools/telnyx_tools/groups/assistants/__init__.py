"""Voice and messaging assistants: build, version, call, chat, schedule; conversations and tools."""

from telnyx_tools.groups.assistants.group import assistants

__all__ = ["assistants"]
