"""Listings are kept in the form in which they were made, each for whom it was made."""

from types import SimpleNamespace
from typing import Any

import pytest

from telnyx_remote_mcp.protocol.listings import Listings

pytestmark = pytest.mark.anyio


def context(version: str, *surface: str, traits: frozenset[str] = frozenset()) -> Any:
    return SimpleNamespace(method="tools/list", params=None, protocol_version=version, surface=surface, traits=traits)


async def test_listings_of_many_surfaces_keep_each_tool_once() -> None:
    asked = []

    async def list_tools(ctx: Any) -> dict[str, Any]:
        asked.append(ctx.surface)
        return {"tools": [{"name": name, "inputSchema": {}} for name in ctx.surface], "ttlMs": 1}

    listings = Listings(lambda ctx: ctx.surface)

    async def listed(version: str, *surface: str) -> Any:
        return await listings(context(version, *surface), list_tools)

    one, more, again = await listed("2", "a"), await listed("2", "a", "b"), await listed("2", "a")
    assert [tool["name"] for tool in more["tools"]] == ["a", "b"]
    assert more["tools"][0] is one["tools"][0]
    assert (await listed("1", "a"))["tools"][0] is not one["tools"][0]
    assert again == one
    assert asked == [("a",), ("a", "b"), ("a",)]


async def test_a_tool_that_some_clients_are_shown_in_another_form_is_shown_to_nobody_else_in_it() -> None:
    async def list_tools(ctx: Any) -> dict[str, Any]:
        return {"tools": [{"name": "a", "inputSchema": {"forms": sorted(ctx.traits)}}]}

    listings = Listings(lambda ctx: ctx.surface, lambda ctx: ctx.traits)

    async def form(*traits: str) -> Any:
        (tool,) = (await listings(context("2", "a", traits=frozenset(traits)), list_tools))["tools"]
        return tool["inputSchema"]["forms"]

    assert [await form("apps"), await form(), await form("apps")] == [["apps"], [], ["apps"]]
