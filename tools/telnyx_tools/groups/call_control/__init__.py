"""Place, answer, follow and steer calls: speech, audio, digits, transfer, recording, TeXML calls."""

from telnyx_tools.tool.group import Group

call_control = Group(
    "call_control",
    title="Call control",
    summary="Place, answer, follow and steer calls: speech, audio, digits, transfer, recording, TeXML calls.",
    package=__name__,
)
