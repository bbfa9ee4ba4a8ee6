"""Two replicas on one Redis behind a haproxy: to a client they are one server, and none of its calls is lost."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import anyio
import httpx2
import pytest
from tests.e2e.killing import Sandbox
from tests.services.cluster import LEGACY, MODERN, Agent, Cluster, cluster

from telnyx_sandbox.app import create_app
from telnyx_sandbox.server import serving

pytestmark = pytest.mark.anyio

PER_MINUTE = 120


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
async def sandbox(anyio_backend: str) -> AsyncIterator[Sandbox]:
    async with serving(create_app()) as base_url, httpx2.AsyncClient() as http:
        yield Sandbox(base_url, http)


@pytest.fixture(scope="module")
async def running(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Cluster]:
    starting = cluster(
        tmp_path_factory.mktemp("cluster"), sandbox.base_url, TELNYX_MCP_RATE_LIMIT_PER_MINUTE=str(PER_MINUTE)
    )
    started = await anyio.to_thread.run_sync(starting.__enter__)
    yield started
    await anyio.to_thread.run_sync(starting.__exit__, None, None, None)


async def test_clients_of_both_eras_are_served_by_either_replica(running: Cluster) -> None:
    async with Agent.of(running.url) as agent:
        for era in (MODERN, LEGACY):
            assert {await agent.call(f"KEY_sandbox_{era}", "get_balance", {}, era) for _ in range(8)} == {"done"}
    for replica in running.replicas:
        for era in ("modern", "legacy"):
            assert replica.metric("telnyx_mcp_calls_total", tool="get_balance", era=era) >= 2


async def test_the_rate_of_an_account_is_that_of_all_replicas_together(running: Cluster) -> None:
    async with Agent.of(running.url) as agent:
        ended = await asyncio.gather(
            *(agent.call("KEY_sandbox_often", "get_balance", {}) for _ in range(PER_MINUTE + 20))
        )
    assert (ended.count("done"), ended.count("429")) == (PER_MINUTE, 20)


async def test_a_replica_that_is_replaced_loses_no_call_and_doubles_none(running: Cluster, sandbox: Sandbox) -> None:
    points = [await sandbox.point(number) for number in range(60)]
    before = {point["key"]: await sandbox.balance(point["key"]) for point in points}
    ended: list[str] = []

    async def send(agent: Agent, some: list[dict[str, Any]]) -> None:
        for point in some:
            outcome = await agent.call(point["key"], "send_message", point["arguments"])
            ended.append(outcome)

    async def replace() -> None:
        for replica in running.replicas:
            assert await anyio.to_thread.run_sync(replica.end) == 0
            await anyio.to_thread.run_sync(replica.start)
            await anyio.to_thread.run_sync(replica.ready)

    async with Agent.of(running.url) as agent, asyncio.TaskGroup() as tasks:
        replacing = tasks.create_task(replace())
        for number in range(3):
            tasks.create_task(send(agent, points[number::3]))
        while not replacing.done():
            assert await agent.call("KEY_sandbox_meanwhile", "get_balance", {}) in ("done", "429")
    assert set(ended) == {"done"}
    prices = {before[point["key"]] - await sandbox.balance(point["key"]) for point in points}
    assert len(prices) == 1
    assert prices.pop() > 0
    assert all("Traceback" not in replica.log for replica in running.replicas)


async def test_without_redis_reads_go_on_and_everything_else_is_told_to_come_again(
    running: Cluster, sandbox: Sandbox
) -> None:
    point = await sandbox.point(1_000)
    key, message = point["key"], point["arguments"]
    async with Agent.of(running.url) as agent:
        assert {await agent.call(key, "get_balance", {}) for _ in range(4)} == {"done"}
        await anyio.to_thread.run_sync(running.redis.stop)
        for era in (MODERN, LEGACY, MODERN, LEGACY):
            assert await agent.call(key, "get_balance", {}, era) == "done"
            refused = await agent.post(key, "send_message", message, era)
            assert (refused.status_code, refused.json()["error"]) == (503, "store_unavailable")
            assert int(refused.headers["retry-after"]) >= 1
        async with httpx2.AsyncClient(base_url=running.replicas[0].url) as http:
            signing_in = await http.get("/oauth/authorize", params=await _signs_in(http))
            assert (signing_in.status_code, "retry-after" in signing_in.headers) == (503, True)
        await anyio.to_thread.run_sync(running.redis.start)
        assert await agent.call(key, "get_balance", {}) == "done"
        assert [await agent.call(key, "send_message", message) for _ in range(2)] == ["done", "duplicate"]


async def _signs_in(http: httpx2.AsyncClient) -> dict[str, str]:
    """The request of a client that has just registered, which no store needs to remember."""
    redirect_uri = "http://127.0.0.1/cb"
    registered = await http.post("/oauth/register", json={"redirect_uris": [redirect_uri], "client_name": "a"})
    return {
        "response_type": "code",
        "client_id": registered.json()["client_id"],
        "redirect_uri": redirect_uri,
        "code_challenge": "x" * 43,
        "code_challenge_method": "S256",
    }
