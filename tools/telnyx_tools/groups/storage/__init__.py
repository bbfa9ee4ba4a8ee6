"""Buckets and objects: upload, download, list, share by link, usage."""

from telnyx_tools.groups.storage.group import storage

__all__ = ["storage"]
