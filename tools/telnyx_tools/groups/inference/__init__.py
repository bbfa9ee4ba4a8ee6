"""Chat models, vectors, speech to text, text to speech, web search."""

from telnyx_tools.tool.group import Group

inference = Group(
    "inference",
    title="AI inference",
    summary="Chat models, vectors, speech to text, text to speech, web search.",
    package=__name__,
)
