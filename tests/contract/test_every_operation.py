"""Every operation of the API can be found, described, and called through the generic tools."""

import re
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
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
from telnyx_sandbox.groups import GROUPS
from telnyx_sandbox.routing import Router, Routes
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


@asynccontextmanager
async def calling(simulated: Iterable[Routes]) -> AsyncIterator[Caller]:
    """A caller of an API that simulates these operations; of the others, what fits the contract is answered."""
    clock = Clock()
    world = World(Accounts(clock, ()), clock, Faults(), rate_limit=100_000)
    app = Starlette(routes=[Mount("/v2", app=SandboxApi(world, Router(simulated), Sender(world.webhooks)))])
    async with serving(app, "127.0.0.1", 0) as url, Api(url) as api:
        yield Caller(api)


@pytest.fixture
async def call() -> AsyncIterator[Caller]:
    """A caller of an API that simulates nothing."""
    async with calling(()) as caller:
        yield caller


async def test_every_operation_is_called_with_the_least_and_with_the_most_that_it_takes(call: Caller) -> None:
    for operation in CATALOG.values():
        for arguments in (minimal(operation), maximal(operation)):
            answer = await _invoke(call, operation, arguments)
            assert answer.keys() & {"data", "items", "text", "content_base64"}, operation.id
            if operation.paging is not None:
                assert answer["items"], operation.id


async def test_an_operation_that_is_not_simulated_is_never_taken_for_one_that_is(call: Caller) -> None:
    """`/ai/assistants/tests` is a list, and no assistant called tests."""
    simulated = {(each.method, _shape(each.template)) for group in GROUPS for each in group.operations}
    others = [each for each in CATALOG.values() if (each.method, _shape(each.path)) not in simulated]
    assert len(others) > 100
    async with calling(GROUPS) as whole:
        for operation in others:
            arguments = minimal(operation)
            assert await _invoke(whole, operation, arguments) == await _invoke(call, operation, arguments), operation.id


def _shape(path: str) -> str:
    return re.sub(r"\{[^}]*\}", "{}", path)


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
