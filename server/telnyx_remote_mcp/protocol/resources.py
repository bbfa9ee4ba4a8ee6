"""Resources: events and calls, read through the same tools, and notifications to clients when they change."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager, suppress
from functools import partial
from typing import Any, Final

import mcp_types as types
from mcp.server.session import ServerSession
from mcp.shared.exceptions import MCPError
from mcp_types.version import MODERN_PROTOCOL_VERSIONS

from telnyx_remote_mcp.calls.question import AskFirst
from telnyx_remote_mcp.calls.replies import success
from telnyx_remote_mcp.events.inbox_events import InboxEvent
from telnyx_remote_mcp.events.unavailable import needing_inbox
from telnyx_remote_mcp.events.waiting import Listener
from telnyx_remote_mcp.protocol.event_requests import EventRequests, failed
from telnyx_remote_mcp.protocol.listings import Context
from telnyx_remote_mcp.protocol.open_requests import OpenRequests, check_stays_open, meta_of, tell
from telnyx_remote_mcp.protocol.views import JSON, VIEWS, View, find, values
from telnyx_remote_mcp.store.base import StoreUnavailable
from telnyx_tools.api.errors import ApiError, TelnyxError
from telnyx_tools.argument_errors import InvalidArguments
from telnyx_tools.results.result import Result
from telnyx_tools.tasks import CLEANUP_SECS, end
from telnyx_tools.tool.event import Event

MOST_COMPLETED: Final = 100
LOOKED_THROUGH: Final = 500
"""How many of the newest events completion takes its values from."""
MOST_WATCHED: Final = 100
"""The most resources that one subscription watches, or one connection of an older client."""
LOOK_SECS: Final = 5.0
"""The pause between two checks for a change of the event types that a connection may use."""
LIST_CHANGED: Final = "eventsListChanged"
"""The member of SEP-3415 with which a client asks for changes of the list of events."""
_WATCH: Final = "telnyx.watch"

Views = list[View]

Watched = dict[str, tuple[View, str]]
"""The watched views with the values of their variables, by the URIs as the client wrote them."""
Listening = Callable[[], AbstractAsyncContextManager[Listener]]


class Resources:
    """The handlers of resources. One that a caller may not read cannot be watched, and is "not found" to them."""

    def __init__(self, events: EventRequests, open_requests: OpenRequests) -> None:
        self._events = events
        self._open = open_requests

    async def list(self, ctx: Context, _: types.PaginatedRequestParams) -> types.ListResourcesResult:
        return types.ListResourcesResult(
            resources=[view.resource() for view in self._allowed(ctx) if view.variable is None]
        )

    async def templates(self, ctx: Context, _: types.PaginatedRequestParams) -> types.ListResourceTemplatesResult:
        return types.ListResourceTemplatesResult(
            resource_templates=[view.template() for view in self._allowed(ctx) if view.variable is not None]
        )

    async def read(self, ctx: Context, params: types.ReadResourceRequestParams) -> types.ReadResourceResult:
        view, value = self._found(ctx, params.uri)
        with _as_errors(ctx, params.uri):
            result = await self._events.requests.read(ctx, view.reader, view.arguments(value))
        shown = Result.model_validate(view.shown(result.wire()))
        (content,) = success(shown, in_full=False, more=f"{view.reader} shows more").content
        text = content.text if isinstance(content, types.TextContent) else ""
        return types.ReadResourceResult(
            contents=[types.TextResourceContents(uri=params.uri, mime_type=JSON, text=text)],
            ttl_ms=0,
            cache_scope="private",
        )

    async def complete(self, ctx: Context, params: types.CompleteRequestParams) -> types.CompleteResult:
        view = next((each for each in VIEWS if each.variable and each.uri == getattr(params.ref, "uri", None)), None)
        if view is None:
            raise MCPError(code=types.INVALID_PARAMS, message="Unknown prompt or template")
        found: Sequence[str] = ()
        if view in self._allowed(ctx) and params.argument.name == view.variable:
            with _as_errors(ctx, view.uri):
                entries = await self._events.services().inbox_events.newest(self._events.principal(ctx), LOOKED_THROUGH)
            found = values(view, (event for _, event in reversed(entries)), params.argument.value)
        return types.CompleteResult(
            completion=types.Completion(
                values=list(found[:MOST_COMPLETED]), total=len(found), has_more=len(found) > MOST_COMPLETED
            )
        )

    async def listen(
        self, ctx: Context, params: types.SubscriptionsListenRequestParams
    ) -> types.SubscriptionsListenResult:
        check_stays_open(ctx)
        filter_ = params.notifications
        watched = self._watchable(ctx, filter_.resource_subscriptions or ())
        honored: dict[str, Any] = {"resourceSubscriptions": list(watched)} if watched else {}
        listed = self._events.can_change and (filter_.model_extra or {}).get(LIST_CHANGED) is True
        if listed:
            honored[LIST_CHANGED] = True
        async with self._listening(ctx, watched) as listener:
            offered = await self._events.offered(ctx) if listed else None
            await tell(ctx, "notifications/subscriptions/acknowledged", notifications=honored)
            while (entries := await self._open.arriving(listener, LOOK_SECS if listed else None)) is not None:
                for uri in _changed(await self._still(ctx, watched) if entries else {}, entries):
                    await tell(ctx, "notifications/resources/updated", uri=uri)
                if listed and (now := await self._events.offered(ctx)) not in (None, offered):
                    offered = now
                    await tell(ctx, "notifications/events/list_changed")
        return types.SubscriptionsListenResult(_meta=meta_of(ctx))

    async def subscribe(self, ctx: Context, params: types.SubscribeRequestParams) -> types.EmptyResult:
        found = self._found(ctx, params.uri)
        watch = self._watch(ctx)
        if params.uri not in watch.watched and len(watch.watched) >= MOST_WATCHED:
            raise MCPError(code=types.INVALID_PARAMS, message=f"One connection watches {MOST_WATCHED} resources")
        watch.watched[params.uri] = found
        with _as_errors(ctx, params.uri):
            await watch.begin(lambda: self._listening(ctx, watch.watched))
        return types.EmptyResult()

    async def unsubscribe(self, ctx: Context, params: types.UnsubscribeRequestParams) -> types.EmptyResult:
        self._watch(ctx).watched.pop(params.uri, None)
        return types.EmptyResult()

    def _allowed(self, ctx: Context) -> Views:
        surface, caller = self._events.requests.surface(ctx), self._events.requests.caller(ctx)
        return [view for view in VIEWS if view.is_allowed(surface, caller)]

    def _found(self, ctx: Context, uri: str) -> tuple[View, str]:
        found = find(uri)
        if found is None or found[0] not in self._allowed(ctx):
            raise _missing(ctx, uri)
        return found

    def _watchable(self, ctx: Context, uris: Iterable[str]) -> Watched:
        allowed = self._allowed(ctx)
        found = {uri: find(uri) for uri in list(uris)[:MOST_WATCHED]}
        return {uri: each for uri, each in found.items() if each is not None and each[0] in allowed}

    async def _still(self, ctx: Context, watched: Watched) -> Watched:
        """The watched resources that an open request may still read. Raises StoreUnavailable."""
        now = await self._events.now(ctx)
        return {uri: each for uri, each in watched.items() if now is not None and each[0].is_allowed(*now)}

    @asynccontextmanager
    async def _listening(self, ctx: Context, watched: Watched) -> AsyncIterator[Listener]:
        def is_watched(event: Event) -> bool:
            return any(view.is_about(event, value) for view, value in watched.values())

        with _as_errors(ctx, ""):
            waiting = self._events.services().waiting
            async with waiting.listening(self._events.principal(ctx), is_watched) as (_, listener):
                yield listener

    def _watch(self, ctx: Context) -> Watch:
        """The watch of an older client's connection. Raises MCPError if no connection is kept to notify it over."""
        connection = ctx.session._connection
        if not connection.has_standalone_channel:
            raise MCPError(code=types.METHOD_NOT_FOUND, message="This server keeps no connections: read again instead")
        watch: Watch | None = connection.state.get(_WATCH)
        if watch is None:
            watch = connection.state[_WATCH] = Watch(ctx.session, partial(self._still, ctx))
            connection.exit_stack.push_async_callback(watch.aclose)
        return watch


class Watch:
    """Notifies one connection of an older client when a resource changes that it watches and may `still` read."""

    def __init__(self, session: ServerSession, still: Callable[[Watched], Awaitable[Watched]]) -> None:
        self.watched: Watched = {}
        self._session = session
        self._still = still
        self._task: asyncio.Task[None] | None = None

    async def begin(self, listening: Listening) -> None:
        """Start to watch, unless that runs already. Raises what listening raises."""
        if self._task is not None and not self._task.done():
            return
        begun = asyncio.Event()
        self._task = asyncio.create_task(self._tell(listening, begun))
        waiting = asyncio.create_task(begun.wait())
        await asyncio.wait([waiting, self._task], return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        if self._task.done():
            self._task.result()

    async def aclose(self) -> None:
        if self._task is not None:
            await end([self._task], CLEANUP_SECS)

    async def _tell(self, listening: Listening, begun: asyncio.Event) -> None:
        async with listening() as listener:
            begun.set()
            while True:
                entries = await listener.next()
                with suppress(StoreUnavailable):  # send nothing that the client may no longer be allowed to see
                    for uri in _changed(await self._still(self.watched), entries):
                        await self._session.send_resource_updated(uri)


def _changed(watched: Watched, entries: Iterable[InboxEvent]) -> Iterator[str]:
    """The URIs of the watched resources that these events change."""
    events = [event for _, event in entries]
    for uri, (view, value) in list(watched.items()):
        if any(view.is_about(event, value) for event in events):
            yield uri


def _missing(ctx: Context, uri: str) -> MCPError:
    code = types.INVALID_PARAMS if ctx.protocol_version in MODERN_PROTOCOL_VERSIONS else -32002
    return MCPError(code=code, message="Resource not found", data={"uri": uri[:500]})


@contextmanager
def _as_errors(ctx: Context, uri: str) -> Iterator[None]:
    """Turns the errors that reading a resource can raise into errors of the protocol."""
    try:
        with needing_inbox():
            yield
    except InvalidArguments:
        raise _missing(ctx, uri) from None
    except AskFirst:
        message = "The user has to agree first; the tool that reads the same can ask them"
        raise MCPError(code=types.INVALID_REQUEST, message=message) from None
    except ApiError as error:
        raise _missing(ctx, uri) if error.status == 404 else failed(error) from None
    except TelnyxError as error:
        raise failed(error) from None
