"""Uploads in parts."""

import hashlib
from dataclasses import dataclass, field
from itertools import pairwise

from ..blob import Blob
from .errors import S3Error
from .objects import check_body, store
from .request import Answer, S3Request, answered
from .xml import element, texts

SMALLEST_PART = 5 * 1024 * 1024
MOST_PARTS = 10_000


@dataclass(slots=True)
class Upload:
    """An upload that has begun; it stays in `account.collection(Upload)` until it is completed or aborted."""

    id: str
    bucket: str
    key: str
    content_type: str | None
    parts: dict[int, Blob] = field(default_factory=dict)


def create_upload(request: S3Request) -> Answer:
    upload = Upload(
        request.account.ids.uuid("upload"), request.bucket().name, request.key, request.header("content-type")
    )
    request.account.collection(Upload)[upload.id] = upload
    return answered(element("InitiateMultipartUploadResult", Bucket=upload.bucket, Key=upload.key, UploadId=upload.id))


def list_uploads(request: S3Request) -> Answer:
    bucket = request.bucket().name
    begun = [each for each in request.account.collection(Upload).values() if each.bucket == bucket]
    uploads = [element("Upload", Key=each.key, UploadId=each.id) for each in begun]
    return answered(element("ListMultipartUploadsResult", *uploads, Bucket=bucket, IsTruncated=False))


def put_part(request: S3Request) -> Answer:
    upload, number = _find(request), request.query.get("partNumber", "")
    if not number.isascii() or not number.isdigit() or not 1 <= int(number) <= MOST_PARTS:
        raise S3Error("InvalidArgument", "partNumber is 1 to 10,000.")
    check_body(request)
    upload.parts[int(number)] = request.blob
    return Answer(headers={"etag": f'"{request.blob.md5.hex()}"'})


def complete_upload(request: S3Request) -> Answer:
    upload = _find(request)
    parts = _chosen(upload, request.content)
    md5 = hashlib.md5(b"".join(part.md5 for part in parts), usedforsecurity=False).hexdigest()
    blob = Blob([piece for part in parts for piece in part.pieces])
    stored = store(request, blob, f"{md5}-{len(parts)}", upload.content_type)
    del request.account.collection(Upload)[upload.id]
    return answered(
        element("CompleteMultipartUploadResult", Bucket=upload.bucket, Key=stored.key, ETag=f'"{stored.etag}"')
    )


def abort_upload(request: S3Request) -> Answer:
    del request.account.collection(Upload)[_find(request).id]
    return Answer(204)


def _find(request: S3Request) -> Upload:
    bucket = request.bucket().name
    upload = request.account.collection(Upload).get(request.query.get("uploadId", ""))
    if upload is None or (upload.bucket, upload.key) != (bucket, request.key):
        raise S3Error("NoSuchUpload")
    return upload


def _chosen(upload: Upload, content: bytes) -> list[Blob]:
    path = "CompleteMultipartUpload/Part"
    numbers = [int(text) if text.isdigit() else 0 for text in texts(content, f"{path}/PartNumber")]
    etags = [text.strip('"') for text in texts(content, f"{path}/ETag")]
    if not numbers or len(numbers) != len(etags):
        raise S3Error("MalformedXML")
    if any(later <= earlier for earlier, later in pairwise(numbers)):
        raise S3Error("InvalidPartOrder")
    parts = [upload.parts.get(number) for number in numbers]
    chosen = [part for part, etag in zip(parts, etags, strict=True) if part is not None and part.md5.hex() == etag]
    if len(chosen) < len(numbers):
        raise S3Error("InvalidPart")
    if any(part.size < SMALLEST_PART for part in chosen[:-1]):
        raise S3Error("EntityTooSmall")
    return chosen
