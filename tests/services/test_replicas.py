"""Two replicas on one Redis behind a proxy: to a client they are one server, and none of its calls is lost."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from decimal import Decimal
from itertools import count
from pathlib import Path

import anyio
import httpx2
import pytest
from tests.e2e.killing import Sandbox
from tests.services.agent import LEGACY, MODERN, Agent
from tests.services.cluster import Cluster, cluster
from tests.services.proxies import nginx

from telnyx_remote_mcp.app import FAILED_LOGINS_PER_MINUTE
from telnyx_remote_mcp.auth.api_keys import KEYS_PER_ADDRESS
from telnyx_remote_mcp.auth.authorization_server.routes import REGISTRATIONS_PER_MINUTE

pytestmark = pytest.mark.anyio

PER_MINUTE = 120
MOST_MESSAGES = 8
DEAD_EVERYWHERE_SECS = 5.0


@pytest.fixture(scope="module")
async def running(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Cluster]:
    given = {
        "TELNYX_MCP_RATE_LIMIT_PER_MINUTE": str(PER_MINUTE),
        "TELNYX_MCP_QUOTAS": f"messages={MOST_MESSAGES}/hour",
        "TELNYX_MCP_TRUSTED_PROXIES": "127.0.0.1",
    }
    starting = cluster(tmp_path_factory.mktemp("cluster"), sandbox.base_url, **given)
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


async def test_the_quota_of_an_account_is_that_of_all_replicas_together(running: Cluster, sandbox: Sandbox) -> None:
    point = await sandbox.point(2_000)
    key, message = point["key"], point["arguments"]
    before = await sandbox.balance(key)
    async with Agent.of(running.url) as agent:
        texts = [{**message, "text": f"the {number}th"} for number in range(MOST_MESSAGES + 3)]
        ended = await asyncio.gather(*(agent.call(key, "send_message", each) for each in texts))
        spent = before - await sandbox.balance(key)
    assert (ended.count("done"), ended.count("quota_exceeded")) == (MOST_MESSAGES, 3)
    one = await sandbox.point(2_001)
    before = await sandbox.balance(one["key"])
    async with Agent.of(running.url) as agent:
        assert await agent.call(one["key"], "send_message", message) == "done"
    assert spent == MOST_MESSAGES * (before - await sandbox.balance(one["key"]))


async def test_a_key_that_one_replica_finds_dead_is_soon_dead_at_the_other(running: Cluster, sandbox: Sandbox) -> None:
    key = "KEY_sandbox_taken_back"
    one, other = (replica.url for replica in running.replicas)
    async with Agent.of(one) as here, Agent.of(other) as there:
        assert (await here.call(key, "get_balance", {}), await there.call(key, "get_balance", {})) == ("done", "done")
        await sandbox.fail("GET", "/balance", 401)
        assert await here.call(key, "get_balance", {}) != "done"
        await anyio.sleep(DEAD_EVERYWHERE_SECS)
        assert await there.call(key, "get_balance", {}) == "401"


async def test_checks_of_unproven_keys_are_counted_at_all_replicas(running: Cluster, sandbox: Sandbox) -> None:
    one, other = (replica.url for replica in running.replicas)
    await sandbox.fail("GET", "/balance", 500, times=4 * KEYS_PER_ADDRESS)
    try:
        async with Agent.of(one, "203.0.113.250") as here, Agent.of(other, "203.0.113.250") as there:
            unproven = [await here.call(f"KEY_sandbox_new{n}", "get_balance", {}) for n in range(KEYS_PER_ADDRESS)]
            assert set(unproven) == {"503"}
            assert await there.call("KEY_sandbox_new_there", "get_balance", {}) == "429"
        async with Agent.of(other, "203.0.113.251") as elsewhere:
            assert await elsewhere.call("KEY_sandbox_new_elsewhere", "get_balance", {}) == "503"
    finally:
        await sandbox.no_more_failures()


FAILED_LOGIN = ("/mcp", {"Authorization": "Bearer made.up.token"}, FAILED_LOGINS_PER_MINUTE, 401)
REGISTRATION = ("/oauth/register", {}, REGISTRATIONS_PER_MINUTE, 201)


@pytest.mark.parametrize(("path", "headers", "most", "status"), [FAILED_LOGIN, REGISTRATION], ids=["login", "client"])
async def test_what_an_address_used_up_at_one_replica_is_used_up_at_the_other(
    running: Cluster, path: str, headers: dict[str, str], most: int, status: int
) -> None:
    one, other = (replica.url for replica in running.replicas)
    headers = {**headers, "X-Forwarded-For": f"203.0.113.{most}"}
    async with httpx2.AsyncClient(headers=headers) as http:
        body = {"redirect_uris": ["https://agent.example.com/callback"]}
        at_one = [(await http.post(f"{one}{path}", json=body)).status_code for _ in range(most)]
        assert at_one == [status] * most
        assert (await http.post(f"{other}{path}", json=body)).status_code == 429


@pytest.fixture(scope="module")
def behind_nginx(running: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with nginx(tmp_path_factory.mktemp("nginx"), *(replica.port for replica in running.replicas)) as url:
        yield url


async def test_a_replica_that_is_replaced_loses_no_call_and_doubles_none(
    running: Cluster, behind_nginx: str, sandbox: Sandbox
) -> None:
    ended: dict[str, list[str]] = {running.url: [], behind_nginx: []}
    prices: dict[str, set[Decimal]] = {"done": set(), "502": set()}
    numbers = count()

    async def send(url: str) -> None:
        async with Agent.of(url) as agent:
            while not replacing.done():
                point = await sandbox.point(next(numbers))
                before = await sandbox.balance(point["key"])
                outcome = await agent.call(point["key"], "send_message", point["arguments"])
                ended[url].append(outcome)
                prices[outcome].add(before - await sandbox.balance(point["key"]))

    async def replace() -> None:
        for replica in running.replicas:
            assert await anyio.to_thread.run_sync(replica.end) == 0
            await anyio.to_thread.run_sync(replica.start)
            await anyio.to_thread.run_sync(replica.ready)

    async with Agent.of(running.url) as agent, asyncio.TaskGroup() as tasks:
        replacing = tasks.create_task(replace())
        for url in (running.url, running.url, behind_nginx, behind_nginx):
            tasks.create_task(send(url))
        while not replacing.done():
            assert await agent.call("KEY_sandbox_meanwhile", "get_balance", {}) in ("done", "429")
    assert set(ended[running.url]) == {"done"}
    assert (
        ended[behind_nginx].count("502") <= 1
    )  # it asks nobody who is ready: the moment of the end may meet a request
    assert min(prices["done"]) == max(prices["done"]) > 0
    assert prices["502"] <= {0}
    assert all("Traceback" not in replica.log for replica in running.replicas)


async def test_what_nginx_sent_to_a_replica_that_died_of_it_is_not_sent_to_another(tmp_path: Path) -> None:
    heard: list[bytes] = []

    async def die(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.readuntil(b"message"))
        writer.transport.abort()

    async with AsyncExitStack() as stack:
        servers = [await stack.enter_async_context(await asyncio.start_server(die, "127.0.0.1")) for _ in range(2)]
        ports = [server.sockets[0].getsockname()[1] for server in servers]
        url = stack.enter_context(nginx(tmp_path, *ports))
        async with httpx2.AsyncClient() as http:
            assert (await http.post(url, content="message")).status_code == 502
    assert len(heard) == 1


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
            asking = await _signs_in(http)
            for path, params in (("/oauth/authorize", asking), ("/link", {"request": "r" * 43})):
                signing_in = await http.get(path, params=params)
                assert (signing_in.status_code, "retry-after" in signing_in.headers) == (503, True)
            code = {"grant_type": "authorization_code", "code": "c" * 43, "code_verifier": "v" * 43}
            told = await http.post("/oauth/token", data=asking | code)
            assert (told.status_code, "retry-after" in told.headers) == (503, True)
        await anyio.to_thread.run_sync(running.redis.start)
        assert await agent.call(key, "get_balance", {}) == "done"
        assert [await agent.call(key, "send_message", message) for _ in range(2)] == ["done", "duplicate"]


async def _signs_in(http: httpx2.AsyncClient) -> dict[str, str]:
    """The request of a client that has just registered, which no store needs to remember."""
    redirect_uri = "http://127.0.0.1/cb"
    metadata = {"redirect_uris": [redirect_uri], "client_name": "a", "token_endpoint_auth_method": "none"}
    registered = await http.post("/oauth/register", json=metadata)
    return {
        "response_type": "code",
        "client_id": registered.json()["client_id"],
        "redirect_uri": redirect_uri,
        "code_challenge": "x" * 43,
        "code_challenge_method": "S256",
    }
