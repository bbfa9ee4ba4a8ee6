"""Audio and pictures stored for playback on calls and for messages."""

from telnyx_tools.tool.group import Group

media = Group(
    "media",
    title="Media",
    summary="Audio and pictures stored for playback on calls and for messages.",
    package=__name__,
)
