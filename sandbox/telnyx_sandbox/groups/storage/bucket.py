"""Buckets and the objects in them."""

from dataclasses import dataclass, field

from .blob import Blob


class StoredObject:
    """An object as it was uploaded; `etag` has no quotes."""

    def __init__(
        self,
        key: str,
        content: bytes | Blob,
        content_type: str,
        etag: str,
        modified_at: float,
        metadata: dict[str, str] | None = None,
    ) -> None:
        self.key = key
        self.blob = content if isinstance(content, Blob) else Blob.of(content)
        self.content_type = content_type
        self.etag = etag
        self.modified_at = modified_at
        self.metadata = metadata or {}

    @property
    def size(self) -> int:
        return self.blob.size

    @property
    def content(self) -> bytes:
        """Return the whole object in memory; callers look at `size` first."""
        return b"".join(self.blob.read())


@dataclass(slots=True)
class Bucket:
    """A bucket of one account, `account.collection(Bucket)[name]`; it lives in `region` alone."""

    name: str
    region: str
    created_at: float
    objects: dict[str, StoredObject] = field(default_factory=dict)
