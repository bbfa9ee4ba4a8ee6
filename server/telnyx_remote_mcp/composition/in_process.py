"""The dispatch of a process that serves one person with one key, without the parts that speak MCP."""

from __future__ import annotations

import logging
import os
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from telnyx_remote_mcp.auth.caller import Caller
from telnyx_remote_mcp.calls.dispatch import Dispatch
from telnyx_remote_mcp.composition.dispatch import create_dispatch
from telnyx_remote_mcp.settings import Settings
from telnyx_remote_mcp.store import open_calls_store, open_store
from telnyx_remote_mcp.store.secret import Secret
from telnyx_remote_mcp.surface.surfaces import Surfaces
from telnyx_tools.api.client import Api
from telnyx_tools.api.credential import Credential
from telnyx_tools.files import Files
from telnyx_tools.registry import Registry

if TYPE_CHECKING:
    from telnyx_remote_mcp.events.services import EventServices
    from telnyx_remote_mcp.guardrails.shared import Shared

logger = logging.getLogger(__name__)

PRINCIPAL: Final = "stdio"


@dataclass(frozen=True, slots=True)
class InProcess:
    """The parts for one person. The event services are created when they are first asked for."""

    surfaces: Surfaces
    dispatch: Dispatch
    events: Callable[[], EventServices]


def local_caller(settings: Settings) -> Caller:
    """Return the caller for the one person on this machine. Without a key, every call says that it is missing."""
    credential = Credential(settings.api_key.strip()) if settings.api_key else None
    return Caller(PRINCIPAL, credential, "stdio")


@asynccontextmanager
async def local_dispatch(settings: Settings, registry: Registry) -> AsyncIterator[InProcess]:
    """Yield the parts for one person: the surfaces of these tools, and a dispatch that may use files of the machine."""
    surfaces = Surfaces(registry, settings.ceiling, allowed=settings.allowed_kinds, local=True)
    upstream = Api(
        settings.api_base_url,
        storage_endpoint=settings.storage_endpoint,
        allow_custom_upstream=settings.allow_custom_upstream,
    )
    usable = _with_writable_directory(settings)
    async with AsyncExitStack() as until, upstream as api:
        store = await until.enter_async_context(aclosing(open_store(usable)))
        calls = await until.enter_async_context(aclosing(open_calls_store(usable)))

        def shared() -> Shared:
            from telnyx_remote_mcp.composition.local_guards import local_guards

            return local_guards(usable, surfaces.registry, api, store, calls, PRINCIPAL, until)

        @cache
        def events() -> EventServices:
            from telnyx_remote_mcp.events.services import EventServices

            services = EventServices(store, calls, lambda: Secret.load(usable.secret, usable.data_dir))
            until.callback(services.close)
            until.push_async_callback(services.waiting.aclose)
            return services

        dispatch = create_dispatch(usable, surfaces, api, shared, events, files=Files(settings.file_roots))
        yield InProcess(surfaces, dispatch, events)


def _with_writable_directory(settings: Settings) -> Settings:
    """The settings, with a temporary data directory if theirs cannot be written. What is stored about calls then ends
    with this process, and there is no audit log unless it is required."""
    directory = settings.data_dir.absolute()
    existing = next(place for place in (directory, *directory.parents) if place.exists())
    if settings.redis_url is not None or (existing.is_dir() and os.access(existing, os.W_OK)):
        return settings
    logger.warning("%s cannot be written: nothing is remembered after this process ends.", directory)
    place = Path(tempfile.mkdtemp(prefix="telnyx-mcp-"))
    return settings.model_copy(update={"data_dir": place, "audit": settings.audit or "off"})
