"""S3 as the contract tests play it: the catalog knows only Telnyx's own API."""

from urllib.parse import unquote

import httpx2

READS = {"ListBuckets", "GetBucketLocation", "ListObjectsV2", "HeadObject", "GetObject"}
WRITES = {"CreateBucket", "PutObject", "CreateMultipartUpload", "UploadPart", "CompleteMultipartUpload"}
DESTROYS = {"DeleteBucket", "DeleteObject", "DeleteObjects"}
HARMLESS = {"AbortMultipartUpload"}
"""Takes back what the same tool began."""
OPERATIONS = READS | WRITES | DESTROYS | HARMLESS

_BY_PLACE = {
    "": {"GET": "ListBuckets"},
    "bucket": {"PUT": "CreateBucket", "DELETE": "DeleteBucket"},
    "object": {"GET": "GetObject", "HEAD": "HeadObject", "PUT": "PutObject", "DELETE": "DeleteObject"},
}
_BY_PARAMETER = {
    ("GET", "location"): "GetBucketLocation",
    ("GET", "list-type"): "ListObjectsV2",
    ("POST", "delete"): "DeleteObjects",
    ("POST", "uploads"): "CreateMultipartUpload",
    ("PUT", "partNumber"): "UploadPart",
    ("POST", "uploadId"): "CompleteMultipartUpload",
    ("DELETE", "uploadId"): "AbortMultipartUpload",
}
_ANSWERS = {
    "ListBuckets": "<R><Buckets><Bucket><Name>docs</Name><CreationDate>2026-01-15T12:00:00.000Z</CreationDate>"
    "</Bucket></Buckets></R>",
    "GetBucketLocation": "<LocationConstraint>us-central-1</LocationConstraint>",
    "ListObjectsV2": "<R><Contents><Key>a.txt</Key><Size>7</Size><LastModified>2026-01-15T12:00:00.000Z"
    '</LastModified><ETag>"x"</ETag></Contents></R>',
    "CreateMultipartUpload": "<R><UploadId>1</UploadId></R>",
}
_HEADERS = {"etag": '"5eb63bbbe01eeed093cb22bb8f5acdc3"', "last-modified": "Thu, 15 Jan 2026 12:00:00 GMT"}


def is_storage(request: httpx2.Request) -> bool:
    return request.url.host.endswith(".telnyxcloudstorage.com")


def place(request: httpx2.Request) -> tuple[str, str]:
    """The bucket and the object that the path names."""
    path = request.url.raw_path.decode().partition("?")[0]
    bucket, _, key = path.removeprefix("/").partition("/")
    return unquote(bucket), unquote(key)


def operation_of(request: httpx2.Request) -> str:
    for (method, name), operation in _BY_PARAMETER.items():
        if method == request.method and name in request.url.params:
            return operation
    bucket, key = place(request)
    return _BY_PLACE["object" if key else "bucket" if bucket else ""][request.method]


def documented(request: httpx2.Request) -> httpx2.Response:
    operation = operation_of(request)
    if operation in ("GetObject", "HeadObject"):
        headers = {**_HEADERS, "content-type": "text/plain", "content-length": "7"}
        return httpx2.Response(200, headers=headers, content=b"example")
    return httpx2.Response(200, headers=_HEADERS, text=_ANSWERS.get(operation, ""))
