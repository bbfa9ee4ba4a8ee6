"""Cloud storage by its S3 API: buckets, objects and multipart uploads."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import quote, unquote_plus

from telnyx_tools.api.call import READ_SECS, Call, Sender
from telnyx_tools.api.errors import ApiError, ErrorItem, MissingCredential, TelnyxError, UnknownRegion
from telnyx_tools.api.paths import check_object_name, object_path
from telnyx_tools.api.regions import ANY, OLDEST, Region, StorageHosts, known_region
from telnyx_tools.api.reply import Reply
from telnyx_tools.api.retry import MAX_ATTEMPTS, Replay
from telnyx_tools.api.s3_xml import Element, NoXml, completion_body, deletion_body, location_body, parse
from telnyx_tools.api.sigv4 import UNSIGNED, Signer, payload_hash

Pairs = Sequence[tuple[str, str]]

SLOWEST_BYTES_PER_SEC = 50_000
"""The rate from which the timeout of a transfer is computed; a slower transfer times out."""

STREAM_ATTEMPTS = 2
"""Fewer than usual: what produces the body may have failed for good."""

_WRONG_REGION = frozenset(
    {"PermanentRedirect", "TemporaryRedirect", "AuthorizationHeaderMalformed", "IncorrectEndpoint", "NoSuchBucket"}
    | {"IllegalLocationConstraintException", "http_301", "http_307", "http_400"}
)
"""The error codes, also of a HEAD without a body, that S3 gives if the bucket is in another region."""


@dataclass(frozen=True, slots=True)
class BucketEntry:
    name: str
    created_at: str | None = None


@dataclass(frozen=True, slots=True)
class ObjectEntry:
    """An object as a listing or a HEAD shows it."""

    name: str
    size: int | None = None
    modified_at: str | None = None
    etag: str | None = None
    content_type: str | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of the objects in a bucket. `folders` are the common prefixes; `next` is the token of the following
    page."""

    objects: list[ObjectEntry] = field(default_factory=list)
    folders: list[str] = field(default_factory=list)
    next: str | None = None


@dataclass(frozen=True, slots=True)
class _Ask:
    """One S3 request, without its region."""

    operation: str
    method: str
    path: str
    query: Pairs = ()
    headers: Pairs = ()
    content: bytes = b""
    replay: Replay = Replay.NEVER
    moves: int = 0
    """The size of the answer, in bytes, if it is an object."""
    stream: Callable[[], AsyncIterator[bytes]] | None = None
    length: int = 0


class S3:
    """Cloud storage for one caller. Raises the errors of `telnyx_tools.api.errors`, with the error codes of S3."""

    def __init__(self, telnyx: Sender, hosts: StorageHosts, user_agent: str) -> None:
        self._telnyx = telnyx
        self._hosts = hosts
        self._user_agent = user_agent

    def endpoint(self, region: Region) -> str:
        return self._hosts.url(region)

    async def list_buckets(self) -> list[BucketEntry]:
        root = _tree(await self._send(_Ask("ListBuckets", "GET", "/"), ANY))
        buckets = root.find("Buckets") or Element("")
        return [BucketEntry(each.value("Name") or "", each.value("CreationDate")) for each in buckets.all("Bucket")]

    async def create_bucket(self, bucket: str, region: Region) -> None:
        await self._send(_Ask("CreateBucket", "PUT", object_path(bucket), content=location_body(region)), region)
        self._hosts.settle(self._telnyx.principal, bucket, region)

    async def delete_bucket(self, bucket: str) -> None:
        await self._in_bucket(bucket, _Ask("DeleteBucket", "DELETE", object_path(bucket)))
        self._hosts.forget(self._telnyx.principal, bucket)

    async def location(self, bucket: str) -> Region | None:
        """The bucket's region, always asked from S3; None if the answer does not say. Raises UnknownRegion."""
        ask = _Ask("GetBucketLocation", "GET", object_path(bucket), query=[("location", "")])
        root = _tree(await self._send(ask, ANY))
        if root.name != "LocationConstraint":
            return None
        region = known_region(root.text.strip() or OLDEST)
        if region is None:
            raise UnknownRegion
        self._hosts.settle(self._telnyx.principal, bucket, region)
        return region

    async def home(self, bucket: str) -> Region | None:
        """The bucket's region, asked from S3 only if it is not cached."""
        return self._hosts.home(self._telnyx.principal, bucket) or await self.location(bucket)

    async def list_objects(
        self, bucket: str, *, prefix: str = "", delimiter: str = "", token: str | None = None, limit: int = 1_000
    ) -> Listing:
        given = {"prefix": prefix, "delimiter": delimiter, "continuation-token": token or ""}
        query = [("list-type", "2"), ("encoding-type", "url"), ("max-keys", str(limit))]
        query += [(name, value) for name, value in given.items() if value]
        reply = await self._in_bucket(bucket, _Ask("ListObjectsV2", "GET", object_path(bucket), query=query))
        return _listing(_tree(reply))

    async def head(self, bucket: str, key: str) -> ObjectEntry:
        reply = await self._in_bucket(bucket, _Ask("HeadObject", "HEAD", object_path(bucket, key)))
        return _entry(key, reply)

    async def get(self, bucket: str, key: str, *, max_bytes: int) -> tuple[ObjectEntry, bytes]:
        """A whole object. Raises ResponseTooLarge if it is above `max_bytes`."""
        reply = await self._in_bucket(bucket, _Ask("GetObject", "GET", object_path(bucket, key), moves=max_bytes))
        return _entry(key, reply), reply.content

    async def get_range(self, bucket: str, key: str, start: int, length: int) -> tuple[ObjectEntry, bytes]:
        """At most `length` bytes of an object from `start`; fewer if it ends before."""
        headers = [("Range", f"bytes={start}-{start + length - 1}")]
        ask = _Ask("GetObject", "GET", object_path(bucket, key), headers=headers, moves=length)
        reply = await self._in_bucket(bucket, ask)
        if reply.status != 206 and start:
            raise _error(ask, reply.status, "NotImplemented", "Storage did not give the part that was asked for.")
        return _entry(key, reply), reply.content

    async def put(self, bucket: str, key: str, content: bytes, content_type: str) -> str:
        """Store an object, replacing one of the same name. Returns its ETag."""
        headers = [("Content-Type", content_type)]
        ask = _Ask("PutObject", "PUT", object_path(bucket, key), headers=headers, content=content)
        return _etag(await self._in_bucket(bucket, ask))

    async def put_stream(
        self, bucket: str, key: str, stream: Callable[[], AsyncIterator[bytes]], length: int, content_type: str
    ) -> str:
        """Like `put`, for a body that is not in memory. `stream` makes it anew for every attempt."""
        headers = [("Content-Type", content_type)]
        ask = _Ask("PutObject", "PUT", object_path(bucket, key), headers=headers, stream=stream, length=length)
        return _etag(await self._in_bucket(bucket, ask))

    async def delete(self, bucket: str, key: str) -> None:
        """Delete an object. Succeeds if there is none."""
        await self._in_bucket(bucket, _Ask("DeleteObject", "DELETE", object_path(bucket, key)))

    async def delete_many(self, bucket: str, keys: Sequence[str]) -> dict[str, str]:
        """Delete up to 1,000 objects. Returns, for each that could not be deleted, its name and the error code."""
        for key in keys:
            check_object_name(key)
        content = deletion_body(keys)
        headers = [("Content-Type", "application/xml"), ("Content-MD5", _md5(content))]
        ask = _Ask("DeleteObjects", "POST", object_path(bucket), [("delete", "")], headers, content, Replay.SAFE)
        root = _tree_of_success(ask, await self._in_bucket(bucket, ask))
        return {each.value("Key") or "": each.value("Code") or "error" for each in root.all("Error")}

    async def start_upload(self, bucket: str, key: str, content_type: str) -> str:
        """Start a multipart upload. Returns its id."""
        path, headers = object_path(bucket, key), [("Content-Type", content_type)]
        # If the answer is lost, an upload without parts stays behind: nobody sees it, and it takes no space.
        ask = _Ask("CreateMultipartUpload", "POST", path, [("uploads", "")], headers, replay=Replay.SAFE)
        upload_id = _tree(await self._in_bucket(bucket, ask)).value("UploadId")
        if not upload_id:
            raise _error(ask, 200, "InternalError", "Storage began the upload and gave no id for it.")
        return upload_id

    async def put_part(self, bucket: str, key: str, upload_id: str, number: int, content: bytes) -> str:
        query = [("partNumber", str(number)), ("uploadId", upload_id)]
        ask = _Ask("UploadPart", "PUT", object_path(bucket, key), query, content=content)
        return _etag(await self._in_bucket(bucket, ask))

    async def complete_upload(self, bucket: str, key: str, upload_id: str, etags: Iterable[str]) -> str:
        content = completion_body(etags)
        headers, query = [("Content-Type", "application/xml")], [("uploadId", upload_id)]
        ask = _Ask("CompleteMultipartUpload", "POST", object_path(bucket, key), query, headers, content)
        root = _tree_of_success(ask, await self._in_bucket(bucket, ask))
        return (root.value("ETag") or "").strip('"')

    async def abort_upload(self, bucket: str, key: str, upload_id: str) -> None:
        query = [("uploadId", upload_id)]
        await self._in_bucket(bucket, _Ask("AbortMultipartUpload", "DELETE", object_path(bucket, key), query))

    async def _in_bucket(self, bucket: str, ask: _Ask) -> Reply:
        """Send the request to the bucket's region. If the bucket has moved since the region was cached, look it up and
        retry once."""
        known = self._hosts.home(self._telnyx.principal, bucket)
        try:
            return await self._send(ask, known or await self.location(bucket) or ANY)
        except ApiError as error:
            if known is None or error.code not in _WRONG_REGION:
                raise
            self._hosts.forget(self._telnyx.principal, bucket)
            found = await self.location(bucket)
            if found is None or found == known:
                raise
        return await self._send(ask, found)

    async def _send(self, ask: _Ask, region: Region) -> Reply:
        try:
            return await self._telnyx.perform(self._call(ask, region))
        except ApiError as error:
            if ask.operation == "HeadObject" and error.code == "http_404":  # a HEAD is answered without a code
                raise _error(ask, 404, "NoSuchKey", "There is no object of that name.") from None
            raise

    def _call(self, ask: _Ask, region: Region) -> Call:
        if self._telnyx.credential is None:
            raise MissingCredential
        secret = self._telnyx.credential.secret
        query = "&".join(f"{quote(name, safe='-_.~')}={quote(value, safe='-_.~')}" for name, value in ask.query)
        url = f"{self._hosts.url(region)}{ask.path}{'?' if query else ''}{query}"
        unsigned = [("Accept-Encoding", "identity"), ("User-Agent", self._user_agent)]  # proxies may change these
        signer = Signer(secret, secret, region)
        hashed = payload_hash(ask.content) if ask.stream is None else UNSIGNED
        signed = signer.sign(ask.method, url, ask.headers, hashed, datetime.now(UTC))
        if ask.stream is not None:
            unsigned.append(("Content-Length", str(ask.length)))
        return Call(
            label=f"S3 {ask.operation}",
            method=ask.method,
            url=url,
            headers=[*signed, *unsigned],
            content=ask.content,
            stream=ask.stream,
            replay=ask.replay,
            attempts=MAX_ATTEMPTS if ask.stream is None else STREAM_ATTEMPTS,
            timeout_secs=READ_SECS + (len(ask.content) + ask.length + ask.moves) / SLOWEST_BYTES_PER_SEC,
            **({"max_bytes": ask.moves} if ask.moves else {}),
            decompress=False,
        )


def _tree(reply: Reply) -> Element:
    """The answer of a 2xx as a tree. An empty element if it cannot be parsed: the request succeeded all the same."""
    try:
        return parse(reply.content)
    except NoXml:
        return Element("")


def _tree_of_success(ask: _Ask, reply: Reply) -> Element:
    """The same, for operations that may fail after the 2xx status was sent."""
    root = _tree(reply)
    if root.name == "Error":
        raise _error(ask, reply.status, root.value("Code") or "InternalError", "Storage could not finish this.")
    return root


def _error(ask: _Ask, status: int, code: str, detail: str) -> TelnyxError:
    return ApiError(f"S3 {ask.operation}", status, [ErrorItem(code, code, detail)])


def _listing(root: Element) -> Listing:
    """A page of objects. Names are percent-encoded if the answer says so, since XML cannot hold every character."""
    encoded = root.value("EncodingType") == "url"

    def name(text: str | None) -> str:
        return unquote_plus(text or "") if encoded else text or ""

    objects = [
        ObjectEntry(
            name(each.value("Key")),
            _number(each.value("Size")),
            each.value("LastModified"),
            (each.value("ETag") or "").strip('"') or None,
        )
        for each in root.all("Contents")
    ]
    folders = [name(each.value("Prefix")) for each in root.all("CommonPrefixes")]
    more = root.value("IsTruncated") == "true"
    return Listing(objects, folders, (root.value("NextContinuationToken") or None) if more else None)


def _entry(key: str, reply: Reply) -> ObjectEntry:
    whole = reply.headers.get("content-range", "").rpartition("/")[2] or reply.headers.get("content-length")
    return ObjectEntry(
        key,
        _number(whole),
        reply.headers.get("last-modified"),
        _etag(reply) or None,
        reply.headers.get("content-type"),
    )


def _etag(reply: Reply) -> str:
    return reply.headers.get("etag", "").strip('"')


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() else None


def _md5(content: bytes) -> str:
    import base64
    import hashlib

    return base64.b64encode(hashlib.md5(content, usedforsecurity=False).digest()).decode()
