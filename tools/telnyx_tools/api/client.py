"""The REST client: `Api`, one per process, and `Telnyx`, the API as one caller sees it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from copy import copy
from functools import cache
from importlib.metadata import version
from types import TracebackType
from typing import TYPE_CHECKING, Self
from weakref import WeakValueDictionary

from telnyx_tools.api.call import LONG_SECS, READ_SECS, Call
from telnyx_tools.api.credential import Credential
from telnyx_tools.api.downloads import checked_download
from telnyx_tools.api.dry_run import UnsentRequest
from telnyx_tools.api.errors import READS, ApiError, MissingCredential, Unreachable
from telnyx_tools.api.exchange import Watch, exchange
from telnyx_tools.api.hosts import checked_upstream
from telnyx_tools.api.query import Query
from telnyx_tools.api.regions import ENDPOINT, StorageHosts
from telnyx_tools.api.reply import Json, Reply
from telnyx_tools.api.request import Body, File, Request, build_call
from telnyx_tools.api.retry import Clock, Replay

if TYPE_CHECKING:
    from telnyx_tools.api.s3 import S3
    from telnyx_tools.api.wire import Wire

__all__ = [
    "LONG_SECS",
    "Api",
    "Body",
    "Credential",
    "File",
    "Json",
    "Query",
    "Replay",
    "Reply",
    "Request",
    "Telnyx",
]

BASE_URL = "https://api.telnyx.com/v2"
CONCURRENCY = 16


class Api:
    """The connections that all callers share, and how every request is sent. Close it, or use `async with`.

    `storage_endpoint` is the base URL of cloud storage, with `{region}` as a placeholder. `watch` wraps every attempt.
    Raises ValueError if credentials may not be sent to one of the hosts (see `hosts`).
    """

    def __init__(
        self,
        base_url: str = BASE_URL,
        *,
        storage_endpoint: str = ENDPOINT,
        allow_custom_upstream: bool = False,
        concurrency_per_principal: int = CONCURRENCY,
        clock: Clock | None = None,
        wire: Wire | None = None,
        watch: Watch | None = None,
    ) -> None:
        self.base_url = str(checked_upstream(base_url, allow_custom=allow_custom_upstream))
        self.storage = StorageHosts(storage_endpoint, allow_custom=allow_custom_upstream)
        self.user_agent = _user_agent()
        self._concurrency = concurrency_per_principal
        self._wire = wire
        self._watch = watch
        self._clock = clock or Clock()
        self._slots: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()
        self._apart: list[Api] = []

    def apart(self) -> Api:
        """The same API with its own connection pool, so that callers cannot exhaust it. Closed together with this
        one."""
        other = copy(self)
        other._wire, other._slots, other._apart = None, WeakValueDictionary(), []
        self._apart.append(other)
        return other

    def bind(
        self, credential: Credential | None, principal: str, *, on_rejected: Callable[[], None] | None = None
    ) -> Telnyx:
        """The API for one caller. Calls of one `principal` share a limit on how many run at a time.

        `on_rejected` is called when Telnyx answers 401.
        """
        slots = self._slots.get(principal)
        if slots is None:
            slots = self._slots[principal] = asyncio.Semaphore(self._concurrency)
        return Telnyx(self, credential, principal, slots, on_rejected)

    async def perform(self, call: Call, secrets: Sequence[str] = ()) -> Reply:
        """Attempt the call until it succeeds or may not be repeated. `secrets` are removed from errors."""
        return await exchange(self._opened_wire(), call, self._clock, secrets, self._watch)

    def open(self) -> None:
        """Prepare for calls now rather than at the first one, which would wait 0.2 s of processor time for it."""
        self._opened_wire()
        for other in self._apart:
            other.open()

    def _opened_wire(self) -> Wire:
        """The wire, opened at the first call: importing it takes long, and it belongs to the running event loop."""
        if self._wire is None:
            from telnyx_tools.api.wire import Wire

            self._wire = Wire()
        return self._wire

    async def aclose(self) -> None:
        if self._wire is not None:
            await self._wire.aclose()
        for other in self._apart:
            await other.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()


@cache
def _user_agent() -> str:
    return f"telnyx-remote-mcp/{version('telnyx-remote-mcp')}"


class Telnyx:
    """The Telnyx API as one caller sees it.

    A template is that of the catalog, such as "/messages/{id}"; ids are keyword arguments. `get`, `post`, `put`,
    `patch` and `delete` return the JSON of a 2xx answer, None if it is empty, its text if it is not JSON. All raise the
    errors of `telnyx_tools.api.errors`.
    """

    def __init__(
        self,
        api: Api,
        credential: Credential | None,
        principal: str,
        slots: asyncio.Semaphore,
        on_rejected: Callable[[], None] | None = None,
    ) -> None:
        self.credential = credential
        self.principal = principal
        self._api = api
        self._slots = slots
        self._on_rejected = on_rejected
        self._kept: tuple[str, ...] = (credential.secret,) if credential else ()
        self._is_dry_run = False
        self.sent: list[str] | None = None
        """The methods of the requests sent so far, if they are recorded (see `watched`)."""

    def redacting(self, secrets: Iterable[str]) -> Telnyx:
        """The same API; `secrets` in its requests are removed from errors, as the credential is."""
        other = copy(self)
        other._kept = (*self._kept, *secrets)
        return other

    def watched(self) -> Telnyx:
        """The same API, which records the methods of the requests that it sends."""
        other = copy(self)
        other.sent = []
        return other

    def nested(self) -> Telnyx:
        """The same API for requests made while another one is running. They do not take a second slot of the
        principal's limit."""
        other = copy(self)
        other._slots = asyncio.Semaphore(1)
        return other

    def dry_run(self) -> Telnyx:
        """The same API, which sends only GET and HEAD. Any other request raises UnsentRequest."""
        other = copy(self)
        other._is_dry_run = True
        return other

    async def get(
        self, template: str, /, *, query: Query | None = None, timeout_secs: float = READ_SECS, **ids: str
    ) -> Json:
        return await self._json(
            Request(method="GET", template=template, ids=ids, query=query, timeout_secs=timeout_secs)
        )

    async def post(
        self,
        template: str,
        /,
        *,
        body: Body | None = None,
        replay: Replay = Replay.NEVER,
        idempotency_key: bool = False,
        timeout_secs: float = READ_SECS,
        **ids: str,
    ) -> Json:
        """`idempotency_key` sends an `Idempotency-Key`. Only `replay` allows repeating a POST that may have been
        carried out."""
        return await self._json(
            Request(
                method="POST",
                template=template,
                ids=ids,
                body=body,
                replay=replay,
                idempotency_key=idempotency_key,
                timeout_secs=timeout_secs,
            )
        )

    async def put(
        self, template: str, /, *, body: Body | None = None, timeout_secs: float = READ_SECS, **ids: str
    ) -> Json:
        return await self._json(Request(method="PUT", template=template, ids=ids, body=body, timeout_secs=timeout_secs))

    async def patch(
        self,
        template: str,
        /,
        *,
        body: Body | None = None,
        query: Query | None = None,
        timeout_secs: float = READ_SECS,
        **ids: str,
    ) -> Json:
        return await self._json(
            Request(method="PATCH", template=template, ids=ids, query=query, body=body, timeout_secs=timeout_secs)
        )

    async def delete(self, template: str, /, *, query: Query | None = None, **ids: str) -> Json:
        """Counts a 404 as success if an earlier attempt may have deleted the resource."""
        return await self._json(Request(method="DELETE", template=template, ids=ids, query=query))

    async def send(self, request: Request) -> Reply:
        """Send any operation, also with a body or an answer that is not JSON. The reply is a 2xx."""
        if self.credential is None:
            raise MissingCredential
        return await self.perform(build_call(request, self._api.base_url, self.credential, self._api.user_agent))

    @property
    def s3(self) -> S3:
        """Cloud storage as this caller sees it: buckets and the objects in them."""
        from telnyx_tools.api.s3 import S3

        return S3(self, self._api.storage, self._api.user_agent)

    async def perform(self, call: Call) -> Reply:
        """Send a call that is already built, for hosts that take another form of authorization than `send` uses."""
        if self._is_dry_run and call.method not in READS:
            raise UnsentRequest(call, self._kept)
        if self.sent is not None:
            self.sent.append(call.method)
        try:
            return await self._perform(call)
        except Unreachable:
            if self.sent is not None:
                self.sent.remove(call.method)
            raise
        except ApiError as error:
            if error.status == 401 and self._on_rejected is not None:
                self._on_rejected()
            raise

    async def download(self, url: str, label: str, *, max_bytes: int) -> Reply:
        """Fetch a file from a URL that an answer of Telnyx gave, without the credential.

        Raises ValueError, in words fit for an agent, for a URL that may not be fetched (see `downloads`).
        """
        checked_download(url, self._api.base_url)
        headers = [("Accept", "*/*"), ("Accept-Encoding", "identity"), ("User-Agent", self._api.user_agent)]
        return await self._perform(
            Call(label=label, method="GET", url=url, headers=headers, attempts=2, max_bytes=max_bytes)
        )

    async def _perform(self, call: Call) -> Reply:
        await self._enter(call)
        try:
            return await self._api.perform(call, self._kept)
        finally:
            self._slots.release()

    async def _enter(self, call: Call) -> None:
        if not self._slots.locked():
            await self._slots.acquire()  # does not wait, and needs no timeout
            return
        try:
            async with asyncio.timeout(call.timeout_secs):
                await self._slots.acquire()
        except TimeoutError:
            raise Unreachable(call.label, "Too many calls of this account are already running.") from None

    async def _json(self, request: Request) -> Json:
        return (await self.send(request)).json()
