"""Buckets and objects: upload, download, list, share by link, usage."""

from telnyx_tools.tool.group import Group

storage = Group(
    "storage",
    title="Cloud storage",
    summary="Buckets and objects: upload, download, list, share by link, usage.",
    package=__name__,
)
