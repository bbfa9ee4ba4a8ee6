"""Operations on buckets: create, list, find, delete, and list the objects page by page."""

import base64
import binascii
import re
from urllib.parse import quote

from ....clock import iso
from ..bucket import Bucket, StoredObject
from .errors import S3Error
from .request import Answer, S3Request, answered
from .xml import element, texts

_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
MOST_KEYS = 1_000


def list_buckets(request: S3Request) -> Answer:
    buckets = [
        element("Bucket", Name=each.name, CreationDate=iso(each.created_at))
        for each in sorted(request.account.collection(Bucket).values(), key=lambda each: each.name)
    ]
    owner = element("Owner", ID=request.account.ids.owner_id)
    return answered(element("ListAllMyBucketsResult", owner, element("Buckets", *buckets)))


def create_bucket(request: S3Request) -> Answer:
    name, content = request.bucket_name, request.content
    if _NAME.fullmatch(name) is None or ".." in name:
        raise S3Error("InvalidBucketName")
    if name in request.account.collection(Bucket):
        raise S3Error("BucketAlreadyOwnedByYou")
    if not request.name_is_free(name):
        raise S3Error("BucketAlreadyExists")
    wanted = texts(content, "CreateBucketConfiguration/LocationConstraint") if content else []
    if wanted and wanted[0] != request.region:
        raise S3Error("InvalidLocationConstraint")
    request.account.collection(Bucket)[name] = Bucket(name, request.region, request.now)
    return Answer(headers={"location": f"/{name}"})


def head_bucket(request: S3Request) -> Answer:
    return Answer(headers={"x-amz-bucket-region": request.bucket().region})


def delete_bucket(request: S3Request) -> Answer:
    if request.bucket().objects:
        raise S3Error("BucketNotEmpty")
    del request.account.collection(Bucket)[request.bucket_name]
    return Answer(204)


def get_bucket_location(request: S3Request) -> Answer:
    return answered(f"<LocationConstraint>{request.found_anywhere(request.bucket_name).region}</LocationConstraint>")


def list_objects(request: S3Request) -> Answer:
    """ListObjectsV2. Keys that the delimiter rolls up count as one item, as with S3."""
    query, bucket = request.query, request.bucket()
    prefix, delimiter = query.get("prefix", ""), query.get("delimiter", "")
    limit = _limit(query.get("max-keys", str(MOST_KEYS)))
    after = _place(query["continuation-token"]) if "continuation-token" in query else query.get("start-after", "")
    items: dict[str, StoredObject | None] = {}
    last, more = after, False
    for key in sorted((key for key in bucket.objects if key.startswith(prefix)), key=str.encode):
        folder = _folder(key, prefix, delimiter)
        if _passed(key, after, delimiter) or folder in items:
            continue
        if len(items) >= limit:
            more = True
            break
        items[folder or key] = None if folder else bucket.objects[key]
        last = folder or key
    return answered(_listing(request, items, limit, last if more else None))


def _listing(request: S3Request, items: dict[str, StoredObject | None], limit: int, last: str | None) -> str:
    encoding = "url" if request.query.get("encoding-type") == "url" else None

    def name(text: str) -> str:
        return quote(text, safe="/") if encoding else text

    contents = [
        element(
            "Contents",
            Key=name(key),
            LastModified=iso(stored.modified_at),
            ETag=f'"{stored.etag}"',
            Size=stored.size,
            StorageClass="STANDARD",
        )
        for key, stored in items.items()
        if stored is not None
    ]
    folders = [element("CommonPrefixes", Prefix=name(key)) for key, stored in items.items() if stored is None]
    return element(
        "ListBucketResult",
        *contents,
        *folders,
        Name=request.bucket_name,
        Prefix=name(request.query.get("prefix", "")),
        KeyCount=len(items),
        MaxKeys=limit,
        EncodingType=encoding,
        IsTruncated=last is not None,
        NextContinuationToken=None if last is None else base64.urlsafe_b64encode(last.encode()).decode(),
    )


def _folder(key: str, prefix: str, delimiter: str) -> str | None:
    rest = key[len(prefix) :]
    if not delimiter or delimiter not in rest:
        return None
    return prefix + rest[: rest.index(delimiter) + len(delimiter)]


def _passed(key: str, after: str, delimiter: str) -> bool:
    """True if an earlier page gave the key, by itself or within its folder."""
    if not after:
        return False
    in_folder = bool(delimiter) and after.endswith(delimiter) and key.startswith(after)
    return in_folder or key.encode() <= after.encode()


def _limit(text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise S3Error("InvalidArgument")
    return min(int(text), MOST_KEYS)


def _place(token: str) -> str:
    try:
        return base64.urlsafe_b64decode(token).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise S3Error("InvalidArgument", "The continuation token is not valid.") from None
