"""A request to S3 as a handler sees it, and the answer that it gives."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import formatdate

from ....account import Account
from ....request import Headers, header
from ..blob import Blob
from ..bucket import Bucket, StoredObject
from .errors import S3Error
from .xml import document

LARGEST_BODY = 1024 * 1024
"""The limit for XML bodies; objects may be as large as the disk."""


@dataclass
class S3Request:
    """`bucket_name` and `key` are decoded, and empty if the path has none. `query` holds the parameters."""

    method: str
    region: str
    bucket_name: str
    key: str
    query: Mapping[str, str]
    headers: Headers
    blob: Blob
    account: Account
    name_is_free: Callable[[str], bool]
    """True if no account has a bucket of this name."""

    @property
    def now(self) -> float:
        return self.account.clock.now()

    @property
    def content(self) -> bytes:
        """The body as XML."""
        if self.blob.size > LARGEST_BODY:
            raise S3Error("MalformedXML")
        return b"".join(self.blob.read())

    def header(self, name: str) -> str | None:
        return header(self.headers, name.encode())

    def bucket(self) -> Bucket:
        """The bucket of the path. Raises S3Error if it is not in this region."""
        found = self.found_anywhere(self.bucket_name)
        if found.region != self.region:
            raise S3Error("PermanentRedirect", f"The bucket is in {found.region}.")
        return found

    def found_anywhere(self, name: str) -> Bucket:
        found = self.account.collection(Bucket).get(name)
        if found is None:
            raise S3Error("NoSuchBucket" if self.name_is_free(name) else "AccessDenied")
        return found

    def stored(self) -> StoredObject:
        found = self.bucket().objects.get(self.key)
        if found is None:
            raise S3Error("NoSuchKey")
        return found


@dataclass(frozen=True)
class Answer:
    """The bytes of `body` from `start` up to `end` are sent."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | Blob = b""
    start: int = 0
    end: int | None = None

    @property
    def size(self) -> int:
        whole = self.body.size if isinstance(self.body, Blob) else len(self.body)
        return (whole if self.end is None else self.end) - self.start


def answered(root: str) -> Answer:
    return Answer(200, {"content-type": "application/xml"}, document(root))


def described(stored: StoredObject) -> dict[str, str]:
    return {
        "content-type": stored.content_type,
        "etag": f'"{stored.etag}"',
        "last-modified": formatdate(stored.modified_at, usegmt=True),
        "accept-ranges": "bytes",
        **{f"x-amz-meta-{name}": value for name, value in stored.metadata.items()},
    }
