"""One request to S3, from the socket to the operation that answers it, and back."""

import asyncio
import re
from collections.abc import Callable, Iterator
from os import urandom
from urllib.parse import parse_qsl, unquote

from starlette.types import Receive, Scope, Send

from .... import connection
from ....account import Account
from ....errors import SandboxError
from ....faults import Fault
from ....request import Headers, header
from ....world import Seen, World
from ..blob import Blob, Writer
from ..bucket import Bucket
from ..links import Link
from ..usage import record
from . import buckets, objects, uploads
from .errors import S3Error
from .request import Answer, S3Request
from .xml import document, element

REGIONS = ("us-central-1", "us-east-1", "us-west-1", "eu-central-1", "ap-southeast-1", "ca-central-1")
PREFIX = "/storage"
LARGEST_OBJECT = 5 * 1024**3

Operation = Callable[[S3Request], Answer]

_CREDENTIAL = re.compile(r"AWS4-HMAC-SHA256 +.*?Credential=([^/, ]+)/")
_FAULTS = {400: "InvalidArgument", 403: "AccessDenied", 404: "NoSuchKey", 429: "SlowDown", 501: "NotImplemented"}
_PAGING = {"prefix", "delimiter", "max-keys", "encoding-type", "continuation-token", "start-after", "fetch-owner"}
_HARMLESS = _PAGING | {"x-id", "token"}

_OPERATIONS: dict[tuple[str, str, frozenset[str]], tuple[str, Operation]] = {
    ("GET", "", frozenset()): ("list_buckets", buckets.list_buckets),
    ("PUT", "bucket", frozenset()): ("create_bucket", buckets.create_bucket),
    ("HEAD", "bucket", frozenset()): ("stat_bucket", buckets.head_bucket),
    ("DELETE", "bucket", frozenset()): ("delete_bucket", buckets.delete_bucket),
    ("GET", "bucket", frozenset({"location"})): ("get_bucket_location", buckets.get_bucket_location),
    ("GET", "bucket", frozenset({"list-type"})): ("list_bucket", buckets.list_objects),
    ("GET", "bucket", frozenset({"uploads"})): ("list_bucket_multiparts", uploads.list_uploads),
    ("POST", "bucket", frozenset({"delete"})): ("multi_object_delete", objects.delete_objects),
    ("GET", "object", frozenset()): ("get_obj", objects.get_object),
    ("HEAD", "object", frozenset()): ("get_obj", objects.head_object),
    ("PUT", "object", frozenset()): ("put_obj", objects.put_object),
    ("DELETE", "object", frozenset()): ("delete_obj", objects.delete_object),
    ("POST", "object", frozenset({"uploads"})): ("init_multipart", uploads.create_upload),
    ("PUT", "object", frozenset({"partNumber", "uploadId"})): ("put_obj", uploads.put_part),
    ("POST", "object", frozenset({"uploadId"})): ("complete_multipart", uploads.complete_upload),
    ("DELETE", "object", frozenset({"uploadId"})): ("abort_multipart", uploads.abort_upload),
}
"""Operations by method, kind of path and selecting parameters: the category in usage reports, and the handler."""


class Storage:
    """The ASGI app under `/storage`: `/storage/{region}` is the endpoint of that region."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        method: str = scope["method"]
        path: str = scope["raw_path"].decode("latin-1")
        self._world.seen.append(Seen.of(method, path, scope["headers"], self._world.clock.now()))
        blob = await _spooled(receive)
        if blob is None:
            return None  # cut off: nothing of it is kept
        fault = self._world.faults.take(method, path)
        if fault is None:
            return await _write(send, method, self._answer(scope, path, blob))
        await asyncio.sleep(fault.delay_secs)
        return await self._fail(fault, scope, receive, send, path, blob)

    async def _fail(self, fault: Fault, scope: Scope, receive: Receive, send: Send, path: str, blob: Blob) -> None:
        if fault.action == "reset":
            return await connection.hang_up(scope, receive)
        if fault.status is not None:
            return await _write(send, scope["method"], _failure(fault.status, fault.retry_after))
        answer = self._answer(scope, path, blob)
        if fault.action == "drop_after_effect":
            return await connection.hang_up(scope, receive)
        if fault.action == "half_body":
            await _write(send, scope["method"], answer, share=0.5)
            connection.close(scope)
            return await connection.until_disconnected(receive)
        if fault.action == "garbage":
            answer = Answer(200, {"content-type": "text/html"}, b"<html>It works!</html>")
        return await _write(send, scope["method"], answer)

    def _answer(self, scope: Scope, path: str, blob: Blob) -> Answer:
        try:
            request = self._request(scope, path, blob)
            category, operation = _operation(request)
            try:
                answer = operation(request)
            except S3Error:
                record(request.account, request.bucket_name, category, blob.size, 0, ok=False)
                raise
            record(request.account, request.bucket_name, category, blob.size, answer.size, ok=True)
            return answer
        except S3Error as error:
            return _refusal(error)

    def _request(self, scope: Scope, path: str, blob: Blob) -> S3Request:
        region, _, rest = path.removeprefix(f"{PREFIX}/").partition("/")
        bucket, _, key = rest.partition("/")
        query = dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True))
        if region not in REGIONS:
            raise S3Error("NotImplemented", f"The regions are {', '.join(REGIONS)}.")
        account = self._account(scope["headers"], scope["method"], (unquote(bucket), unquote(key)), query)
        return S3Request(
            scope["method"],
            region,
            unquote(bucket),
            unquote(key),
            query,
            scope["headers"],
            blob,
            account,
            lambda name: not any(name in each.collection(Bucket) for each in self._world.accounts),
        )

    def _account(self, headers: Headers, method: str, place: tuple[str, str], query: dict[str, str]) -> Account:
        authorization = header(headers, b"authorization")
        if authorization is None and "token" in query:
            return self._of_link(query["token"], method, place)
        found = _CREDENTIAL.match(authorization or "")
        if found is None:
            raise S3Error("AccessDenied", "Sign the request with the API key as access key id.")
        access = self._world.tokens.find(found[1])
        try:
            return self._world.accounts.get(access.consent.key if access is not None else found[1])
        except SandboxError:
            raise S3Error("InvalidAccessKeyId") from None

    def _of_link(self, token: str, method: str, place: tuple[str, str]) -> Account:
        """The account of a presigned URL, which opens one object until it expires."""
        for account in self._world.accounts:
            link = account.collection(Link).get(token)
            if link is not None and link.opens(method, place, self._world.clock.now()):
                return account
        raise S3Error("AccessDenied", "The link has expired, or is for something else.")


def _operation(request: S3Request) -> tuple[str, Operation]:
    place = "object" if request.key else "bucket" if request.bucket_name else ""
    choosing = {name for name in request.query if name not in _HARMLESS}
    if request.header("x-amz-copy-source") is not None:
        choosing.add("copy")
    found = _OPERATIONS.get((request.method, place, frozenset(choosing)))
    in_parts = place == "object" and choosing & {"uploads", "uploadId"}
    if found is None or (in_parts and not request.region.startswith("us-")):
        raise S3Error("NotImplemented")
    return found


def _refusal(error: S3Error) -> Answer:
    request_id = urandom(8).hex()
    body = element("Error", Code=error.code, Message=error.message, RequestId=request_id)
    return Answer(error.status, {"content-type": "application/xml", "x-amz-request-id": request_id}, document(body, ""))


def _failure(status: int, retry_after: int | None) -> Answer:
    code = _FAULTS.get(status, "InternalError" if status >= 500 else "InvalidArgument")
    answer = _refusal(S3Error("SlowDown" if status == 503 else code))
    wait = {} if retry_after is None else {"retry-after": str(retry_after)}
    return Answer(status, {**answer.headers, **wait}, answer.body)


async def _spooled(receive: Receive) -> Blob | None:
    """The whole body, or None if the client broke off or sent too much."""
    writer, more = Writer(), True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        writer.write(message.get("body", b""))
        if writer.size > LARGEST_OBJECT:
            return None
        more = message.get("more_body", False)
    return writer.finish()


async def _write(send: Send, method: str, answer: Answer, *, share: float = 1.0) -> None:
    """Send the answer, or only a share of its body if a fault breaks it off."""
    headers = {**answer.headers, "content-length": str(answer.size)}
    if answer.status == 204:
        del headers["content-length"]
    encoded = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": answer.status, "headers": encoded})
    end = answer.start + int(answer.size * share)
    for chunk in () if method == "HEAD" else _chunks(answer, end):
        await send({"type": "http.response.body", "body": chunk, "more_body": True})
    if share == 1.0:
        await send({"type": "http.response.body", "body": b""})


def _chunks(answer: Answer, end: int) -> Iterator[bytes]:
    if isinstance(answer.body, Blob):
        yield from answer.body.read(answer.start, end)
    else:
        yield answer.body[answer.start : end]
