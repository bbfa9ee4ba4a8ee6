"""The group that the recordings tools belong to."""

from telnyx_tools.tool.group import Group

recordings = Group(
    "recordings",
    title="Recordings",
    summary="Call recordings and their transcripts.",
)
