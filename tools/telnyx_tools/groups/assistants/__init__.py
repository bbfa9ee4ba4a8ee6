"""Voice and messaging assistants: build, version, call, chat, schedule; conversations and tools."""

from telnyx_tools.tool.group import Group

assistants = Group(
    "assistants",
    title="AI assistants",
    summary="Voice and messaging assistants: build, version, call, chat, schedule; conversations and tools.",
    package=__name__,
)
