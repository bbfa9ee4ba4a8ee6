"""The MCP server in this process, for one person with one key; over stdio."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from mcp.server import Server

from telnyx_remote_mcp.composition.in_process import local_caller, local_dispatch
from telnyx_remote_mcp.protocol.server import Services, create_server
from telnyx_remote_mcp.protocol.stdio import stdio_streams
from telnyx_remote_mcp.settings import Settings
from telnyx_remote_mcp.surface.selection import EVERYTHING, Selection
from telnyx_tools.registry import registry


@asynccontextmanager
async def local_server(settings: Settings, selection: Selection = EVERYTHING) -> AsyncIterator[Server[None]]:
    """The server object, which acts with `settings.api_key`. Without a key, every call says that it is missing.

    `selection` chooses the tools that its one caller sees, within what the settings allow.
    """
    async with local_dispatch(settings, registry()) as parts:
        yield create_server(
            Services(
                settings=settings,
                surfaces=parts.surfaces,
                dispatch=parts.dispatch,
                events=parts.events,
                local=local_caller(settings),
                selection=selection,
            )
        )


async def serve_stdio(settings: Settings, selection: Selection = EVERYTHING) -> None:
    """Serve until standard input ends."""
    async with local_server(settings, selection) as server, stdio_streams() as (read_stream, write_stream):
        await server.run(read_stream, write_stream, server.create_initialization_options())
