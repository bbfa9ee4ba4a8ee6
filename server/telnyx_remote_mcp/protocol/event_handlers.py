"""Registers the handlers of events and of their resources. The handlers are imported with their first request."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import mcp_types as types
from mcp.server import Server

from telnyx_remote_mcp.protocol.capabilities import Capabilities
from telnyx_remote_mcp.protocol.event_requests import EventRequests, Params
from telnyx_remote_mcp.protocol.listings import Context
from telnyx_remote_mcp.protocol.open_requests import OpenRequests


def serve_events(
    server: Server[None], events: EventRequests, open_requests: OpenRequests, *, keeps_connections: bool
) -> None:
    """Register the handlers, and declare the capabilities."""

    @cache
    def fetching() -> object:
        from telnyx_remote_mcp.protocol.events import EventMethods

        return EventMethods(events, open_requests)

    @cache
    def subscribing() -> object:
        from telnyx_remote_mcp.protocol.subscribing import SubscriptionMethods

        return SubscriptionMethods(events)

    @cache
    def resources() -> object:
        from telnyx_remote_mcp.protocol.resources import Resources

        return Resources(events, open_requests)

    for method, params, load, name in (
        ("events/list", Params, fetching, "list"),
        ("events/poll", Params, fetching, "poll"),
        ("events/stream", Params, fetching, "stream"),
        ("events/subscribe", Params, subscribing, "subscribe"),
        ("events/unsubscribe", Params, subscribing, "unsubscribe"),
        ("resources/list", types.PaginatedRequestParams, resources, "list"),
        ("resources/templates/list", types.PaginatedRequestParams, resources, "templates"),
        ("resources/read", types.ReadResourceRequestParams, resources, "read"),
        ("resources/subscribe", types.SubscribeRequestParams, resources, "subscribe"),
        ("resources/unsubscribe", types.UnsubscribeRequestParams, resources, "unsubscribe"),
        ("subscriptions/listen", types.SubscriptionsListenRequestParams, resources, "listen"),
        ("completion/complete", types.CompleteRequestParams, resources, "complete"),
    ):
        server.add_request_handler(method, params, _later(load, name))
    server.middleware.append(Capabilities(keeps_connections=keeps_connections, changes=events.can_change))


def _later(load: Callable[[], object], name: str) -> Callable[[Context, Any], Any]:
    """A handler that loads the one of this name when it is called."""

    async def handle(ctx: Context, params: Any) -> Any:
        return await getattr(load(), name)(ctx, params)

    return handle
