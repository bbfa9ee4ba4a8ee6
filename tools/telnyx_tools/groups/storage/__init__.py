"""Buckets and objects: upload, download, list, share by link, usage."""

from telnyx_tools.groups.storage import buckets, certificates, contents, key_values, links, local, objects, sql, usage
from telnyx_tools.groups.storage.group import storage

__all__ = [
    "buckets",
    "certificates",
    "contents",
    "key_values",
    "links",
    "local",
    "objects",
    "sql",
    "storage",
    "usage",
]
