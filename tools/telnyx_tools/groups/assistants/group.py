"""The group that the AI assistants tools belong to."""

from telnyx_tools.tool.group import Group

assistants = Group(
    "assistants",
    title="AI assistants",
    summary="Voice and messaging assistants: build, version, call, chat, schedule; conversations and tools.",
)
