"""A cache of tool listings in their final form, which the SDK would build again for every request."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cachetools import FIFOCache
from mcp.server.context import CallNext, HandlerResult, ServerRequestContext

from telnyx_remote_mcp.surface.surfaces import Surface

Context = ServerRequestContext[Any, Any]
Traits = frozenset[str]
"""The abilities of a client that change the form in which a tool is listed for it."""

MAX_LISTINGS = 64


def no_traits(_: Context) -> Traits:
    """Every client is shown every tool in the same form."""
    return frozenset()


class Listings:
    """Caches tool listings, as SDK middleware for `tools/list`.

    A listing depends on the protocol version, the surface and the client's traits: together they are its key. The form
    of a tool depends on the version and the traits alone. It is stored once and shared by the listings of all surfaces,
    since all forms together take megabytes.
    """

    def __init__(
        self, surface_of: Callable[[Context], Surface], traits_of: Callable[[Context], Traits] = no_traits
    ) -> None:
        self._surface_of = surface_of
        self._traits_of = traits_of
        self._listings: FIFOCache[tuple[str, Surface, Traits], HandlerResult] = FIFOCache(MAX_LISTINGS)
        self._tools: dict[tuple[str, str, Traits], dict[str, Any]] = {}

    async def __call__(self, ctx: Context, call_next: CallNext) -> HandlerResult:
        if (ctx.params or {}).get("cursor") not in (None, ""):
            return await call_next(ctx)
        key = (ctx.protocol_version, self._surface_of(ctx), self._traits_of(ctx))
        if key not in self._listings:
            self._listings[key] = self._sharing(ctx.protocol_version, key[2], await call_next(ctx))
        return self._listings[key]

    def _sharing(self, version: str, traits: Traits, listing: HandlerResult) -> HandlerResult:
        if not isinstance(listing, dict):
            return listing
        tools = [self._tools.setdefault((version, tool["name"], traits), tool) for tool in listing["tools"]]
        return {**listing, "tools": tools}
