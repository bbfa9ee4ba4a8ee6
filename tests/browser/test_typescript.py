"""The official TypeScript client on the same way."""

import json
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import pytest
from anyio.abc import Process
from anyio.streams.text import TextReceiveStream
from tests.browser.agent import PATIENCE_SECS
from tests.browser.person import Person
from tests.e2e.processes import Server

AGENT = Path(__file__).parents[1] / "node" / "agent.js"


@asynccontextmanager
async def agent(*arguments: str) -> AsyncIterator[AsyncIterator[dict[str, str]]]:
    """The client as a process; what it says, value by value."""
    node = shutil.which("node") or "node"
    async with await anyio.open_process([node, str(AGENT), *arguments], stderr=None) as process:
        try:
            yield said(process)
        except BaseException:
            process.kill()  # it may wait for a person who never comes
            raise


async def said(process: Process) -> AsyncIterator[dict[str, str]]:
    assert process.stdout is not None
    rest = ""
    async for text in TextReceiveStream(process.stdout):
        *lines, rest = (rest + text).split("\n")
        for line in lines:
            yield json.loads(line)


@pytest.mark.parametrize("how", [("to_look", "again"), ("to_use",)])
async def test_the_typescript_client_is_connected_and_asks_again_only_for_what_was_not_allowed(
    server: Server, person: Person, how: tuple[str, ...]
) -> None:
    visits = [getattr(person, step) for step in how]
    told: dict[str, str] = {}
    with anyio.fail_after(PATIENCE_SECS):
        async with agent(server.url) as lines:
            async for line in lines:
                if "open" in line:
                    await visits.pop(0)(line["open"])
                told |= line
    assert told["balance"] == "100.00"
    assert told["message"]
    assert person.visits == len(how)
