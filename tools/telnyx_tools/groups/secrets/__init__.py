"""Credentials of other services that assistants and tools refer to by name."""

from telnyx_tools.tool.group import Group

secrets = Group(
    "secrets",
    title="Integration secrets",
    summary="Credentials of other services that assistants and tools refer to by name.",
    package=__name__,
)
