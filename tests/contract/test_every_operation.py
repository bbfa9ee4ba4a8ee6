"""Every operation of the API can be found, described, and called through the generic tools."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount
from tests import contexts

from telnyx_remote_mcp.auth import caller as auth
from telnyx_sandbox.account import Accounts
from telnyx_sandbox.api import Api as SandboxApi
from telnyx_sandbox.clock import Clock
from telnyx_sandbox.faults import Faults
from telnyx_sandbox.routing import Router
from telnyx_sandbox.sender import Sender
from telnyx_sandbox.server import serving
from telnyx_sandbox.world import World
from telnyx_tools.api.client import Api, Credential
from telnyx_tools.catalog.catalog import Catalog
from telnyx_tools.catalog.example import Arguments, maximal, minimal
from telnyx_tools.catalog.operation import Operation
from telnyx_tools.groups.whole_api import CALLERS
from telnyx_tools.registry import registry

pytestmark = pytest.mark.anyio

CATALOG = Catalog.load()
WALKER = auth.Caller("key:walk", Credential("KEY_sandbox_walk"), "api_key")


class Caller:
    """Calls tools as the server does, with everything allowed."""

    def __init__(self, api: Api) -> None:
        self._dispatch = contexts.dispatch(api)

    async def __call__(self, called: str, /, **arguments: object) -> dict[str, Any]:
        tool = registry().find(called)
        assert tool is not None
        return (await self._dispatch(contexts.call(tool, arguments, caller=WALKER))).wire()


@pytest.fixture
async def call() -> AsyncIterator[Caller]:
    """A caller of an API that simulates nothing: what fits the contract is answered, the rest refused."""
    clock = Clock()
    world = World(Accounts(clock, ()), clock, Faults(), rate_limit=100_000)
    app = Starlette(routes=[Mount("/v2", app=SandboxApi(world, Router(()), Sender(world.webhooks)))])
    async with serving(app, "127.0.0.1", 0) as url, Api(url) as api:
        yield Caller(api)


async def test_every_operation_is_called_with_the_least_and_with_the_most_that_it_takes(call: Caller) -> None:
    for operation in CATALOG.values():
        for arguments in (minimal(operation), maximal(operation)):
            answer = await _invoke(call, operation, arguments)
            assert answer.keys() & {"data", "items", "text", "content_base64"}, operation.id
            if operation.paging is not None:
                assert answer["items"], operation.id


async def test_every_operation_is_described_with_an_example_that_is_accepted_as_it_stands(call: Caller) -> None:
    for operation in CATALOG.values():
        described = await call("describe_tool", name=operation.id)
        assert described["call_with"] == CALLERS[operation.effect]
        await call(described["call_with"], endpoint=operation.id, **described["example"])


async def test_every_operation_is_found_by_the_words_of_its_name(call: Caller) -> None:
    missed = []
    for operation in CATALOG.values():
        words = operation.id.replace(".", " ").replace("_", " ")
        found = await call("list_api_endpoints", query=words, limit=10)
        if operation.id not in [item["name"] for item in found["items"]]:
            missed.append(operation.id)
    assert missed == []


async def _invoke(call: Caller, operation: Operation, arguments: Arguments) -> dict[str, Any]:
    given: dict[str, object] = {"path": arguments.path, "query": arguments.query}
    if arguments.body is not None:
        given["body"] = arguments.body
    headers = {name: value for name, value in arguments.headers.items() if name not in ("Idempotency-Key", "Accept")}
    if headers:
        given["headers"] = headers
    return await call(CALLERS[operation.effect], endpoint=operation.id, **given)
