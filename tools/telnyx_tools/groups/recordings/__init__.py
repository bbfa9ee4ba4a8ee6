"""Call recordings and their transcripts."""

from telnyx_tools.tool.group import Group

recordings = Group(
    "recordings",
    title="Recordings",
    summary="Call recordings and their transcripts.",
    package=__name__,
)
