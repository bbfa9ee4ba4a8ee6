"""The ASGI app of the API: handles one request, from the socket to the handler and back."""

import asyncio
from dataclasses import replace
from http import HTTPStatus
from os import urandom

from starlette.types import Message, Receive, Scope, Send

from . import connection
from .account import Account
from .changes import note
from .contract import check, synthesize
from .errors import SandboxError
from .faults import Fault
from .reply import Reply
from .request import Headers, Request, header
from .routing import Operation, Router
from .sender import Sender
from .world import Seen, World

LARGEST_BODY = 8 * 1024 * 1024
WINDOW_SECS = 1

_CODES = {401: "10009", 403: "10010", 404: "10005", 405: "10030", 429: "10011", 503: "10037"}
_GARBAGE = b"<html><body>It works!</body></html>"


class Api:
    """The ASGI app under `/v2`. Every request must fit the API's contract, whether or not a group simulates the
    operation."""

    def __init__(self, world: World, router: Router, sender: Sender) -> None:
        self._world = world
        self._sender = sender
        self._router = router

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        method: str = scope["method"]
        # The raw path: an encoded slash is part of an id and must not separate segments.
        path: str = scope["raw_path"].decode("latin-1").removeprefix("/v2")
        self._world.seen.append(Seen.of(method, path, scope["headers"], self._world.clock.now()))
        content = await _read(receive)
        fault = self._world.faults.take(method, path)
        if fault is None:
            reply = self._answer(scope, path, content)
            await _write(send, reply, reply.encode())
        else:
            await asyncio.sleep(fault.delay_secs)
            await self._fail(fault, scope, receive, send, path, content)

    def _answer(self, scope: Scope, path: str, content: bytes | None, failure: Reply | None = None) -> Reply:
        """Run the request. With `failure`, only authenticate and count it, and answer with that."""
        headers: Headers = scope["headers"]
        limits: tuple[tuple[bytes, bytes], ...] = ()
        try:
            account = self._authenticate(headers)
            account.origin = f"{scope.get('scheme', 'http')}://{header(headers, b'host')}"
            # Before the handler runs: everything that was due before this request has to have happened.
            account.catch_up()
            self._sender.attend(account, content)
            limits, exceeded = self._count(account)
            if exceeded:
                raise SandboxError("10011")
            # Only now, because a request with too large a body must authenticate and be counted too.
            if content is None:
                raise SandboxError("10015", f"A body takes at most {LARGEST_BODY} bytes.", status=413)
            request = Request(scope["method"], path, scope["query_string"], headers, content, account)
            reply = failure or self._perform(request)
            if reply.status < HTTPStatus.MULTIPLE_CHOICES:
                note(request, reply)
        except SandboxError as error:
            reply = Reply(error.payload, error.status)
        return replace(reply, headers=reply.headers + limits)

    async def _fail(
        self, fault: Fault, scope: Scope, receive: Receive, send: Send, path: str, content: bytes | None
    ) -> None:
        if fault.action == "reset":
            return await connection.hang_up(scope, receive)
        failure = None if fault.status is None else _failure(fault.status, fault.retry_after)
        reply = self._answer(scope, path, content, failure)
        if fault.action == "drop_after_effect":
            return await connection.hang_up(scope, receive)
        if fault.action == "half_body":
            return await _write_half(scope, receive, send, reply)
        return await _write(send, reply, _GARBAGE if fault.action == "garbage" else reply.encode())

    def _authenticate(self, headers: Headers) -> Account:
        scheme, _, credential = (header(headers, b"authorization") or "").partition(" ")
        if scheme.lower() != "bearer":
            raise SandboxError("10009", "Send the API key as 'Authorization: Bearer KEY...'.")
        access = self._world.tokens.find(credential.strip())
        return self._world.accounts.get(access.consent.key if access is not None else credential.strip())

    def _count(self, account: Account) -> tuple[tuple[tuple[bytes, bytes], ...], bool]:
        """Count the request. Returns the rate limit's headers, and whether this request is above the limit."""
        window = int(self._world.clock.now() // WINDOW_SECS)
        started, count = account.requests_in_window
        count = count + 1 if started == window else 1
        account.requests_in_window = (window, count)
        limit = self._world.rate_limit
        headers = (
            (b"x-ratelimit-limit", b"%d" % limit),
            (b"x-ratelimit-remaining", b"%d" % max(0, limit - count)),
            (b"x-ratelimit-reset", b"%d" % WINDOW_SECS),
        )
        return headers, count > limit

    def _perform(self, request: Request) -> Reply:
        operations, values = self._router.find(request.path)
        operation = operations.get(request.method)
        ids = None if operation is None else operation.ids(values)
        if operation is None or ids is None:
            return synthesize(request, frozenset(operations))
        called = check(request)
        # `tests` is not an id if the API has a path of its own for it.
        if called is not None and not operation.is_at(called.path):
            return synthesize(request, frozenset(operations))
        request.ids = ids
        key = header(request.headers, b"idempotency-key") if operation.takes_idempotency_key else None
        if key is None or self._world.ignore_idempotency:
            return operation.handler(request)
        return self._once(f"{operation.template} {key}", operation, request)

    def _once(self, key: str, operation: Operation, request: Request) -> Reply:
        replays, now = request.account.replays, self._world.clock.now()
        reply = replays.get(key, now)
        if reply is None:
            reply = operation.handler(request)
            replays.keep(key, reply, now)
        return reply


def _failure(status: int, retry_after: int | None) -> Reply:
    error = SandboxError(_CODES.get(status, "10007" if status >= 500 else "10015"))
    headers = () if retry_after is None else ((b"retry-after", b"%d" % retry_after),)
    return Reply(error.payload, status, headers)


async def _read(receive: Receive) -> bytes | None:
    """The whole body; None if it is too large or the connection broke."""
    message = await receive()
    content: bytes = message.get("body", b"")
    size = len(content)
    while message.get("more_body", False):
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        chunk: bytes = message.get("body", b"")
        size += len(chunk)
        if size <= LARGEST_BODY:
            content += chunk
    return content if size <= LARGEST_BODY else None


async def _write(send: Send, reply: Reply, content: bytes) -> None:
    await send(_start(reply, content))
    await send({"type": "http.response.body", "body": content})


async def _write_half(scope: Scope, receive: Receive, send: Send, reply: Reply) -> None:
    content = reply.encode()
    await send(_start(reply, content))
    await send({"type": "http.response.body", "body": content[: len(content) // 2], "more_body": True})
    connection.close(scope)
    await connection.until_disconnected(receive)


def _start(reply: Reply, content: bytes) -> Message:
    headers = [
        (b"content-type", reply.media_type.encode()),
        (b"content-length", b"%d" % len(content)),
        (b"x-request-id", urandom(16).hex().encode()),
        *reply.headers,
    ]
    return {"type": "http.response.start", "status": reply.status, "headers": headers}
