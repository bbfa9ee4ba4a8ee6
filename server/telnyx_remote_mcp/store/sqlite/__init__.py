"""The store for one machine: a file that all its processes share."""

from telnyx_remote_mcp.store.sqlite.store import SqliteStore

__all__ = ["SqliteStore"]
