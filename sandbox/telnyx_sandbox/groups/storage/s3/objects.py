"""Objects: put, read whole or in part, copied, deleted."""

import base64
import re

from ..blob import Blob
from ..bucket import StoredObject
from .errors import S3Error
from .request import Answer, S3Request, answered, described
from .xml import element, texts

MOST_DELETED = 1_000
LONGEST_KEY = 1_024

_RANGE = re.compile(r"bytes=([0-9]*)-([0-9]*)")


def put_object(request: S3Request) -> Answer:
    check_body(request)
    stored = store(request, request.blob, request.blob.md5.hex(), request.header("content-type"))
    return Answer(headers={"etag": f'"{stored.etag}"'})


def check_body(request: S3Request) -> None:
    """Refuse bodies whose checksum does not match, and forms of bodies that Telnyx does not take."""
    if (request.header("x-amz-content-sha256") or "").startswith("STREAMING-"):
        raise S3Error("NotImplemented", "Send the body as it is, not in signed chunks.")
    digest = request.header("content-md5")
    if digest is not None and digest != base64.b64encode(request.blob.md5).decode():
        raise S3Error("BadDigest")


def store(request: S3Request, blob: Blob, etag: str, content_type: str | None) -> StoredObject:
    """Store the object under the request's key; a former object is replaced."""
    if len(request.key.encode()) > LONGEST_KEY:
        raise S3Error("KeyTooLongError")
    meta = {
        name.decode("latin-1").removeprefix("x-amz-meta-"): value.decode("latin-1")
        for name, value in request.headers
        if name.startswith(b"x-amz-meta-")
    }
    kind = content_type or "binary/octet-stream"
    stored = StoredObject(request.key, blob, kind, etag, request.now, meta)
    request.bucket().objects[request.key] = stored
    return stored


def get_object(request: S3Request) -> Answer:
    stored = request.stored()
    asked = request.header("range")
    if asked is None:
        return Answer(200, described(stored), stored.blob)
    start, end = _range(asked, stored.size)
    headers = described(stored) | {"content-range": f"bytes {start}-{end - 1}/{stored.size}"}
    return Answer(206, headers, stored.blob, start, end)


def head_object(request: S3Request) -> Answer:
    return get_object(request)


def delete_object(request: S3Request) -> Answer:
    request.bucket().objects.pop(request.key, None)
    return Answer(204)


def delete_objects(request: S3Request) -> Answer:
    check_body(request)
    keys, objects = texts(request.content, "Delete/Object/Key"), request.bucket().objects
    if not 0 < len(keys) <= MOST_DELETED:
        raise S3Error("MalformedXML")
    for key in keys:
        objects.pop(key, None)
    quiet = texts(request.content, "Delete/Quiet") == ["true"]
    return answered(element("DeleteResult", *([] if quiet else [element("Deleted", Key=key) for key in keys])))


def _range(asked: str, size: int) -> tuple[int, int]:
    """The first byte of the requested range, and the first one after it."""
    found = _RANGE.fullmatch(asked)
    first, last = found.groups() if found else ("", "")
    start = int(first) if first else max(size - int(last or 0), 0)
    end = min(int(last) + 1, size) if first and last else size
    if start >= end:
        raise S3Error("InvalidRange")
    return start, end
