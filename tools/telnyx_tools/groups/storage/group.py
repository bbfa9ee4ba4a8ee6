"""The group that the cloud storage tools belong to."""

from telnyx_tools.tool.group import Group

storage = Group(
    "storage",
    title="Cloud storage",
    summary="Buckets and objects: upload, download, list, share by link, usage.",
)
