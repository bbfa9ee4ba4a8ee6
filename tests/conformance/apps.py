"""What is tested: our layers around the suite's fixtures, and the server as it is."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from starlette.types import ASGIApp, Receive, Scope, Send
from tests.conformance.fixture.server import create_server

from telnyx_remote_mcp.app import Parts, build_app
from telnyx_remote_mcp.auth.api_keys import ApiKeys
from telnyx_remote_mcp.auth.verdicts import Verdict
from telnyx_remote_mcp.composition.server import create_app
from telnyx_remote_mcp.settings import Settings
from telnyx_remote_mcp.surface.surfaces import Surfaces
from telnyx_sandbox.app import create_app as create_sandbox
from telnyx_sandbox.server import serving as serving_sandbox
from telnyx_tools.api.client import Api
from telnyx_tools.api.credential import Credential
from telnyx_tools.registry import registry

KEY = "KEY_sandbox_conformance"
UNLIMITED = 1_000_000
"""Requests per minute: the suite is one caller in a hurry."""


class WithKey:
    """Adds the API key to every request: the suite cannot send one."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope = {**scope, "headers": [*scope["headers"], (b"authorization", f"Bearer {KEY}".encode())]}
        await self.app(scope, receive, send)


@asynccontextmanager
async def fixtures(data_dir: Path) -> AsyncIterator[ASGIApp]:
    """The fixture server behind all of our layers; every well-formed key is genuine, Telnyx is never asked."""
    settings = Settings(data_dir=data_dir, stateful=True, rate_limit_per_minute=UNLIMITED)
    pepper = os.urandom(32)
    keys = ApiKeys(_genuine, lambda: pepper)
    surfaces = Surfaces(registry(), settings.ceiling)
    parts = Parts(settings=settings, server=create_server(), api=Api(), keys=keys, surfaces=surfaces)
    yield WithKey(build_app(parts))


@asynccontextmanager
async def product(data_dir: Path) -> AsyncIterator[ASGIApp]:
    """The server as people run it, on a sandbox."""
    async with serving_sandbox(create_sandbox()) as base_url:
        settings = Settings(
            data_dir=data_dir, stateful=True, rate_limit_per_minute=UNLIMITED, api_base_url=base_url, sandbox=True
        )
        yield WithKey(create_app(settings))


async def _genuine(_: Credential) -> Verdict:
    return Verdict.GENUINE
