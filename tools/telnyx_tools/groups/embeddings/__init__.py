"""Knowledge from buckets and websites: embed, follow, search by meaning."""

from telnyx_tools.groups.embeddings import buckets, collections, embedding, searching, tasks
from telnyx_tools.groups.embeddings.group import embeddings

__all__ = ["buckets", "collections", "embedding", "embeddings", "searching", "tasks"]
