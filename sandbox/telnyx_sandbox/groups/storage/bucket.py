"""Buckets and the objects in them."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class StoredObject:
    """`content` is what was uploaded, whole; `etag` without its quotes."""

    key: str
    content: bytes
    content_type: str
    etag: str
    modified_at: float
    metadata: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Bucket:
    """A bucket of one account, `account.collection(Bucket)[name]`; it lives in `region` alone."""

    name: str
    region: str
    created_at: float
    objects: dict[str, StoredObject] = field(default_factory=dict)
