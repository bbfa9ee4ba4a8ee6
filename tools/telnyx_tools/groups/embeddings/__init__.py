"""Knowledge from buckets and websites: embed, follow, search by meaning."""

from telnyx_tools.groups.embeddings import buckets, embedding, searching, tasks
from telnyx_tools.groups.embeddings.group import embeddings

__all__ = ["buckets", "embedding", "embeddings", "searching", "tasks"]
