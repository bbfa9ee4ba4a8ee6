"""A bucket whose objects can be searched. Objects uploaded or deleted later are taken into account without a new
task."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from ...account import Account
from ...clock import iso
from ...errors import SandboxError
from ..storage.bucket import Bucket, StoredObject
from .document import Chunking, Document, Passage, read_document
from .ranking import nearest

QUEUED_SECS = 0.2
SECS_PER_FILE = 0.1


@dataclass(slots=True)
class EmbeddedBucket:
    """An embedded bucket. `bucket` may have been deleted since; it then counts as empty."""

    bucket: Bucket
    chunking: Chunking
    model: str
    started_at: float
    _read: dict[tuple[str, str], Document] = field(default_factory=dict)

    def documents(self) -> list[tuple[StoredObject, Document]]:
        """Every object as it is now. Each version of an object is read only once."""
        objects = self.bucket.objects.values()
        self._read = {(each.key, each.etag): self._document(each) for each in objects}
        return list(zip(objects, self._read.values(), strict=True))

    def passages(self, now: float) -> list[Passage]:
        """The passages that can be searched by now."""
        ready = (document for stored, document in self.documents() if self._ready_at(stored) <= now)
        return [passage for document in ready for passage in document.passages]

    def render_files(self, now: float) -> list[dict[str, object]]:
        return [self._render(stored, document, now) for stored, document in self.documents()]

    def source(self, passage: Passage) -> str:
        return f"https://{self.bucket.region}.telnyxcloudstorage.com/{self.bucket.name}/{passage.filename}"

    def _document(self, stored: StoredObject) -> Document:
        return self._read.get((stored.key, stored.etag)) or read_document(stored, self.chunking)

    def _ready_at(self, stored: StoredObject) -> float:
        return max(self.started_at, stored.modified_at) + QUEUED_SECS + SECS_PER_FILE

    def _render(self, stored: StoredObject, document: Document, now: float) -> dict[str, object]:
        ready_at = self._ready_at(stored)
        done, failed = ready_at <= now, document.failure is not None
        return {
            "filename": stored.key,
            "status": ("failed" if failed else "embedded") if done else "processing",
            "error_reason": document.failure if done else None,
            "created_at": iso(max(self.started_at, stored.modified_at)),
            "updated_at": iso(min(now, ready_at)),
            "last_embedded_at": iso(ready_at) if done and not failed else None,
        }


def find_bucket(account: Account, name: str) -> Bucket:
    """The bucket of that name, embedded or not. Raises SandboxError (404) if this account has none."""
    bucket = account.collection(Bucket).get(name)
    if bucket is None:
        raise SandboxError("10005", "There is no bucket of this name.", pointer="/bucket_name")
    return bucket


def find_embedded(account: Account, name: str) -> EmbeddedBucket:
    embedded = account.collection(EmbeddedBucket).get(name)
    if embedded is None:
        raise SandboxError("10005", "This bucket is not embedded.")
    return embedded


def passages_about(account: Account, buckets: Iterable[str], question: str, most: int = 3) -> list[Passage]:
    """The nearest passages of the buckets that are embedded, without those that have no word in common with it."""
    embedded, now = account.collection(EmbeddedBucket), account.clock.now()
    found = [passage for name in buckets if name in embedded for passage in embedded[name].passages(now)]
    return [passage for distance, passage in nearest(found, question, most) if distance < 1]
