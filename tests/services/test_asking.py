"""A person is asked by one replica, and the answer arrives at the other one."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import dataclass, field
from itertools import count, product
from typing import Any

import anyio
import httpx2
import mcp_types as types
import pytest
from mcp.client.streamable_http import streamable_http_client
from tests.e2e.killing import Sandbox
from tests.protocol.approving import CLIENTS, TLS, Agent, Owner, Word
from tests.services.agent import MODERN, read_message
from tests.services.cluster import SECRET, cluster
from tests.services.ports import free_port
from tests.services.proxies import haproxy
from tests.services.replica import Replica

from telnyx_remote_mcp.guardrails.duplicates import KIND
from telnyx_remote_mcp.settings import Settings
from telnyx_remote_mcp.store import open_calls_store
from telnyx_remote_mcp.store.base import Store
from telnyx_sandbox.app import create_app
from telnyx_sandbox.server import serving

pytestmark = pytest.mark.anyio

KEY = "KEY_sandbox_asked"
TOOL = "send_message"
NUMBERS = count()
WORDS: dict[Word, tuple[str, str]] = {"once": ("ok", "done"), "deny": ("refused", "refused")}
"""How a call ends at the server and for the agent after each word of the person."""


@dataclass
class Way:
    """Says of each request which replica the proxy is to give it to."""

    to: int = 0

    async def __call__(self, request: httpx2.Request) -> None:
        request.headers["X-Replica"] = str(self.to)

    def turn(self) -> None:
        self.to = 1 - self.to


@dataclass
class Reader(Owner):
    """A person whose browser reads a page at one replica and decides at the other, and whose answer goes to the replica
    that did not ask."""

    way: Way = field(default_factory=Way)

    async def __call__(self, context: object, params: types.ElicitRequestParams) -> types.ElicitResult:
        answer = await super().__call__(context, params)
        self.way.turn()
        return answer


@dataclass
class Office:
    """Two replicas behind a proxy, and the owner of an account; `way` is that of what its agent sends."""

    replicas: list[Replica]
    url: str
    sandbox: Sandbox
    owner: Reader
    store: Store
    """That of the replicas."""

    @property
    def way(self) -> Way:
        return self.owner.way

    @asynccontextmanager
    async def agent(self, kind: str) -> AsyncIterator[Agent]:
        async with AsyncExitStack() as until:
            credential, hooks = {"Authorization": f"Bearer {KEY}"}, {"request": [self.way]}
            http = httpx2.AsyncClient(headers=credential, timeout=20, verify=TLS, event_hooks=hooks)
            place = streamable_http_client(f"{self.url}/mcp", http_client=await until.enter_async_context(http))
            asks = self.owner if CLIENTS[kind].elicitation is not None else None
            agent = Agent(place, client_info=types.Implementation(name=kind, version="1"), elicitation_callback=asks)
            agent.declared = CLIENTS[kind]
            yield await until.enter_async_context(agent)

    def came_to(self, outcome: str) -> list[int]:
        """How many calls ended like this at each replica."""
        name = "telnyx_mcp_calls_total"
        return [int(each.metric(name, tool=TOOL, outcome=outcome, era="modern")) for each in self.replicas]

    async def sent(self) -> int:
        async with httpx2.AsyncClient(verify=TLS) as http:
            seen = await http.get(f"{self.sandbox.base_url.removesuffix('/v2')}/sandbox/requests")
        return sum(request["method"] == "POST" for request in seen.json()["data"])

    async def text(self) -> dict[str, str]:
        """The arguments of a text that was not sent before."""
        numbers = await self.sandbox.get("/phone_numbers", KEY)
        sender = next(each["phone_number"] for each in numbers if each.get("messaging_profile_id"))
        return {"to": "+12025550123", "from_number": sender, "text": f"number {next(NUMBERS)}"}


@pytest.fixture(scope="module")
async def office(anyio_backend: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Office]:
    directory, port = tmp_path_factory.mktemp("office"), free_port()
    policy = directory / "policy.toml"
    policy.write_text('[effects]\nspends = "ask"\n')
    url = f"http://127.0.0.1:{port}"
    async with AsyncExitStack() as until:
        api = await until.enter_async_context(serving(create_app()))
        hooks = {"request": [_to_the_other(Way())]}
        browser = httpx2.AsyncClient(follow_redirects=True, timeout=20, verify=TLS, event_hooks=hooks)
        await until.enter_async_context(browser)
        http = await until.enter_async_context(httpx2.AsyncClient(timeout=20, verify=TLS))
        given = {"TELNYX_MCP_POLICY": str(policy), "TELNYX_MCP_PUBLIC_URL": url}
        starting = cluster(directory, api, **given)
        started = await anyio.to_thread.run_sync(starting.__enter__)
        until.push_async_callback(anyio.to_thread.run_sync, starting.__exit__, None, None, None)
        (directory / "proxy").mkdir()
        proxy = haproxy(directory / "proxy", port, *(each.port for each in started.replicas))
        await anyio.to_thread.run_sync(proxy.__enter__)
        until.push_async_callback(anyio.to_thread.run_sync, proxy.__exit__, None, None, None)
        store = open_calls_store(Settings(secret=SECRET, redis_url=started.redis.url))
        await until.enter_async_context(aclosing(store))
        yield Office(started.replicas, url, Sandbox(api, http), Reader(KEY, browser, None), store)


def _to_the_other(way: Way) -> Callable[[httpx2.Request], Awaitable[None]]:
    """Each request goes to the other replica than the one before."""

    async def sent(request: httpx2.Request) -> None:
        way.turn()
        await way(request)

    return sent


async def told(office: Office, agent: Agent, word: Word) -> str:
    """What comes of a text after the person was asked, by whatever way the client has, and said this."""
    office.owner.word = word
    arguments = await office.text()
    read = await _made(agent, arguments)
    if _code(read) != "approval_required":
        return _code(read)
    await office.owner.decide(read["error"]["link"])
    office.way.turn()
    return _code(await _made(agent, arguments))


async def _made(agent: Agent, arguments: dict[str, str]) -> dict[str, Any]:
    result = await agent.call_tool(TOOL, arguments)
    (block,) = result.content
    assert isinstance(block, types.TextContent)
    read: dict[str, Any] = json.loads(block.text)
    return read


def _code(read: dict[str, Any]) -> str:
    return str(read.get("error", {}).get("code", "done"))


@pytest.mark.parametrize("kind", ["forms", "pages", "none"])
async def test_a_yes_or_no_counts_wherever_the_client_brings_it(office: Office, kind: str) -> None:
    """Each way of asking, with the question at either replica and the answer at the other one."""
    async with office.agent(kind) as agent:
        for word, asks in product(WORDS, (0, 1)):
            office.way.to = asks
            outcome, code = WORDS[word]
            sent, asked, ended = await office.sent(), office.came_to("asked"), office.came_to(outcome)
            assert await told(office, agent, word) == code
            assert await office.sent() == sent + (word == "once")
            assert _where(asked, office.came_to("asked")) == asks
            assert _where(ended, office.came_to(outcome)) == 1 - asks


def _where(before: list[int], after: list[int]) -> int:
    """The replica at which there is one more."""
    more = [now - then for then, now in zip(before, after, strict=True)]
    assert sorted(more) == [0, 1]
    return more.index(1)


async def test_an_answer_that_a_client_sends_to_both_replicas_at_once_counts_once(office: Office) -> None:
    arguments, sent = await office.text(), await office.sent()
    first, second = office.replicas
    question = (await made(first, arguments))["result"]
    assert question["resultType"] == "input_required"
    (asked,) = question["inputRequests"]
    yes = {asked: {"action": "accept", "content": {"answer": "Yes, once"}}}
    answered = {"inputResponses": yes, "requestState": question["requestState"]}
    came = await asyncio.gather(*(made(each, arguments, **answered) for each in (first, second) * 3))
    assert await office.sent() == sent + 1
    outcomes = [_code(json.loads(each["result"]["content"][0]["text"])) for each in came]
    assert outcomes.count("done") >= 1
    assert {*outcomes} <= {"done", "refused"}


async def test_an_opened_page_that_is_decided_at_one_replica_ends_the_wait_at_the_other(office: Office) -> None:
    arguments, sent = await office.text(), await office.sent()
    first, second = office.replicas
    question = (await made(first, arguments, way="url"))["result"]
    ((asked, request),) = question["inputRequests"].items()
    answered = {"inputResponses": {asked: {"action": "accept"}}, "requestState": question["requestState"]}
    async with asyncio.TaskGroup() as tasks:
        waiting = tasks.create_task(made(second, arguments, way="url", **answered))
        office.owner.word = "once"
        assert "You agreed" in await office.owner.decide(request["params"]["url"])
    assert _code(json.loads(waiting.result()["result"]["content"][0]["text"])) == "done"
    assert await office.sent() == sent + 1


async def test_a_replica_that_is_killed_while_a_person_has_the_page_leaves_nothing_but_the_question(
    office: Office,
) -> None:
    arguments, sent = await office.text(), await office.sent()
    first, second = office.replicas
    question = (await made(first, arguments, way="url"))["result"]
    (asked,) = question["inputRequests"]
    answered = {"inputResponses": {asked: {"action": "accept"}}, "requestState": question["requestState"]}
    before = {*await office.store.keys(KIND)}
    waiting = asyncio.create_task(made(second, arguments, way="url", **answered))
    while {*await office.store.keys(KIND)} <= before:
        pass
    await anyio.to_thread.run_sync(second.kill)
    with pytest.raises(httpx2.TransportError):
        await waiting
    await anyio.to_thread.run_sync(second.start)
    await anyio.to_thread.run_sync(second.ready)
    for replica in office.replicas:
        again = (await made(replica, arguments, way="url"))["result"]
        assert again["inputRequests"].keys() == {asked}
    assert await office.sent() == sent
    office.owner.word = "once"
    assert "You agreed" in await office.owner.decide(again["inputRequests"][asked]["params"]["url"])
    done = (await made(first, arguments, way="url"))["result"]
    assert _code(json.loads(done["content"][0]["text"])) == "done"
    assert await office.sent() == sent + 1


async def made(replica: Replica, arguments: dict[str, str], way: str = "form", **members: object) -> dict[str, Any]:
    """The answer to a call of a client that asks in this way."""
    meta = {
        "io.modelcontextprotocol/protocolVersion": MODERN,
        "io.modelcontextprotocol/clientInfo": {"name": "raw", "version": "1"},
        "io.modelcontextprotocol/clientCapabilities": {"elicitation": {way: {}}},
    }
    params = {"name": TOOL, "arguments": arguments, "_meta": meta, **members}
    headers = {
        "Authorization": f"Bearer {KEY}",
        "Accept": "application/json, text/event-stream",
        "MCP-Protocol-Version": MODERN,
        "Mcp-Method": "tools/call",
        "Mcp-Name": TOOL,
    }
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
    async with httpx2.AsyncClient(timeout=20, verify=TLS) as http:
        answer = await http.post(f"{replica.url}/mcp", json=message, headers=headers)
    return read_message(answer)
