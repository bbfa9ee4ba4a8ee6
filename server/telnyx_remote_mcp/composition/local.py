"""The parts of a server in this process, for one person with one key."""

from __future__ import annotations

import logging
import os
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from mcp.server import Server

from telnyx_remote_mcp.auth.caller import Caller
from telnyx_remote_mcp.composition.dispatch import create_dispatch
from telnyx_remote_mcp.protocol.server import Services, create_server
from telnyx_remote_mcp.protocol.stdio import stdio_streams
from telnyx_remote_mcp.settings import Settings
from telnyx_remote_mcp.store import open_calls_store, open_store
from telnyx_remote_mcp.surface.selection import EVERYTHING, Selection
from telnyx_remote_mcp.surface.surfaces import Surfaces
from telnyx_tools.api.client import Api
from telnyx_tools.api.credential import Credential
from telnyx_tools.files import Files
from telnyx_tools.registry import registry

if TYPE_CHECKING:
    from telnyx_remote_mcp.guardrails.shared import Shared

logger = logging.getLogger(__name__)

PRINCIPAL: Final = "stdio"


@asynccontextmanager
async def local_server(settings: Settings, selection: Selection = EVERYTHING) -> AsyncIterator[Server[None]]:
    """The server object, acting with `settings.api_key`; without a key every call says what is missing.

    `selection` is what its one caller sees of the tools, within what the settings allow.
    """
    credential = Credential(settings.api_key.strip()) if settings.api_key else None
    surfaces = Surfaces(registry(), settings.ceiling, allowed=settings.allowed_kinds, local=True)
    upstream = Api(
        settings.api_base_url,
        storage_endpoint=settings.storage_endpoint,
        allow_custom_upstream=settings.allow_custom_upstream,
    )
    kept = _keeping(settings)
    async with AsyncExitStack() as until, upstream as api:
        store = await until.enter_async_context(aclosing(open_store(kept)))
        calls = await until.enter_async_context(aclosing(open_calls_store(kept)))

        def shared() -> Shared:
            from telnyx_remote_mcp.composition.local_guards import local_guards

            return local_guards(kept, surfaces.registry, api, store, calls, PRINCIPAL, until)

        yield create_server(
            Services(
                settings=settings,
                surfaces=surfaces,
                dispatch=create_dispatch(kept, surfaces, api, shared, files=Files(settings.file_roots)),
                local=Caller(PRINCIPAL, credential, "stdio"),
                selection=selection,
            )
        )


def _keeping(settings: Settings) -> Settings:
    """The settings, with another directory where theirs cannot be written: what has to be remembered of calls then ends
    with this process, and none is put on record."""
    directory = settings.data_dir.absolute()
    existing = next(place for place in (directory, *directory.parents) if place.exists())
    if settings.redis_url is not None or (existing.is_dir() and os.access(existing, os.W_OK)):
        return settings
    logger.warning("%s cannot be written: nothing is remembered after this process ends.", directory)
    place = Path(tempfile.mkdtemp(prefix="telnyx-mcp-"))
    return settings.model_copy(update={"data_dir": place, "audit": settings.audit or "off"})


async def serve_stdio(settings: Settings) -> None:
    """Serve until standard input ends."""
    async with local_server(settings) as server, stdio_streams() as (read_stream, write_stream):
        await server.run(read_stream, write_stream, server.create_initialization_options())
