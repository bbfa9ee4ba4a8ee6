"""Tools run as an agent calls them, against a sandbox on a socket or against answers that a test writes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
from tests import contexts
from tests.wires import Handler, MockWire

from telnyx_sandbox.app import create_app
from telnyx_sandbox.clock import Clock
from telnyx_sandbox.server import serving
from telnyx_tools.api.client import Api, Credential, Telnyx
from telnyx_tools.registry import registry


@asynccontextmanager
async def sandboxed(clock: Clock | None = None) -> AsyncIterator[Telnyx]:
    """A new account of a sandbox of its own."""
    key = "KEY_sandbox_tools"
    async with serving(create_app(clock=clock)) as base_url:
        storage = base_url.removesuffix("/v2") + "/storage/{region}"
        async with Api(base_url, storage_endpoint=storage) as api:
            yield api.bind(Credential(key), key)


@asynccontextmanager
async def answering(handler: Handler) -> AsyncIterator[Telnyx]:
    """The API as `handler` answers it."""
    async with Api(wire=MockWire(handler)) as api:
        yield api.bind(Credential("KEY_answering"), "answering")


@asynccontextmanager
async def losing() -> AsyncIterator[tuple[Telnyx, list[str]]]:
    """The API whose answers get lost, and the paths of the requests that it got."""
    sent: list[str] = []

    def lose(request: httpx2.Request) -> httpx2.Response:
        sent.append(request.url.path)
        raise httpx2.ReadTimeout("lost", request=request)

    async with answering(lose) as telnyx:
        yield telnyx, sent


@asynccontextmanager
async def unasked() -> AsyncIterator[Telnyx]:
    """The API where nothing may be asked: for calls that have to be refused before anything is sent."""

    def fail(request: httpx2.Request) -> httpx2.Response:
        raise AssertionError(f"{request.method} {request.url.path} was sent")

    async with answering(fail) as telnyx:
        yield telnyx


async def call(telnyx: Telnyx, name: str, /, **arguments: object) -> dict[str, Any]:
    """What the agent reads when it calls the tool, of a server that nothing reaches. Raises the TelnyxError of a call
    that fails."""
    return (await contexts.run(registry().tools[name], arguments, telnyx)).wire()
