"""What agents did is the same to the owner of an account at every replica, whichever of them did it."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from html import unescape
from pathlib import Path
from typing import Any

import anyio
import httpx2
import pytest
from tests.e2e.killing import Sandbox
from tests.server.web.people import Person
from tests.services.agent import Agent
from tests.services.cluster import Cluster, cluster
from tests.services.conftest import RedisServer
from tests.services.replica import Replica

from telnyx_remote_mcp.audit.activity import KEPT, KIND, Activity
from telnyx_remote_mcp.audit.log import Receipt
from telnyx_remote_mcp.settings import Settings
from telnyx_remote_mcp.store import open_store
from telnyx_remote_mcp.store.base import Store
from telnyx_remote_mcp.store.secret import Secret
from telnyx_remote_mcp.web.linking.activity import PATH

pytestmark = pytest.mark.anyio

TEXT = "a text of nobody else's concern"
KEY, WHO, SECRET = "KEY_sandbox_seen_everywhere", "0123456789abcdef", Secret(b"s" * 32)
PREMIUM = "+19005550123"


@asynccontextmanager
async def running(directory: Path, sandbox: Sandbox, *options: str, count: int = 2) -> AsyncIterator[Cluster]:
    starting = cluster(directory, sandbox.base_url, *options, count=count)
    started = await anyio.to_thread.run_sync(starting.__enter__)
    try:
        yield started
    finally:
        await anyio.to_thread.run_sync(starting.__exit__, None, None, None)


@asynccontextmanager
async def owner(
    replica: Replica, key: str, prove_at: str = "/account", field: str = "api_key"
) -> AsyncIterator[Person]:
    """The browser of somebody who proved the account at a replica."""
    async with httpx2.AsyncClient(base_url=replica.url) as http:
        person = Person(http)
        await person.submit(await http.get(prove_at), prove_at, **{"action": "key", field: key})
        yield person


async def shown(person: Person) -> str:
    """The text of the page."""
    page = await person.http.get(PATH)
    assert page.status_code == 200, page.text
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", page.text.partition("</head>")[2])).split())


async def until_shown(person: Person, receipts: int) -> str:
    """The page as soon as it has so many calls: records wait for each other."""
    with anyio.fail_after(10):
        while (page := await shown(person)).count("Receipt") < receipts:
            pass
    return page


def receipts(page: str) -> list[str]:
    return re.findall(r"Receipt (\S+)", page)


async def message(sandbox: Sandbox, number: int) -> dict[str, Any]:
    """The arguments of a text that may be sent."""
    sender = next(
        each["phone_number"] for each in await sandbox.get("/phone_numbers", KEY) if each.get("messaging_profile_id")
    )
    return {"to": "+12025550123", "from_number": sender, "text": f"{TEXT} {number}"}


async def test_every_replica_shows_what_was_done_and_kept_back_at_any(tmp_path: Path, sandbox: Sandbox) -> None:
    async with running(tmp_path, sandbox) as cluster:
        sent = [await message(sandbox, number) for number in range(3)]
        for replica, arguments in zip(cluster.replicas, sent, strict=False):
            async with Agent.of(replica.url) as agent:
                assert await agent.call(KEY, "send_message", arguments) == "done"
                assert await agent.call(KEY, "send_message", {**arguments, "to": PREMIUM}) == "refused"
                assert await agent.call(KEY, "get_balance", {}) == "done"
        async with owner(cluster.replicas[0], KEY) as one, owner(cluster.replicas[1], KEY) as other:
            pages = [await until_shown(one, 4), await until_shown(other, 4)]
        for page in pages:
            assert page.count("Outcome Done") == 2
            assert page.count("Outcome Refused: refused: numbers.premium") == 2
            assert "2 done Kept back 2" in page
            assert not any(hidden in page for hidden in (TEXT, PREMIUM, "get_balance", sent[0]["to"]))
        assert receipts(pages[0]) == receipts(pages[1])
        async with owner(cluster.replicas[0], "KEY_sandbox_of_another") as stranger:
            assert "Nothing is on record" in await shown(stranger)

        async with Agent.of(cluster.replicas[0].url) as agent:
            assert await agent.call(KEY, "send_message", sent[2]) == "done"
        assert await anyio.to_thread.run_sync(cluster.replicas[0].end) == 0
        async with owner(cluster.replicas[1], KEY) as person:
            assert receipts(await shown(person))[1:] == receipts(pages[1])


async def test_where_nobody_signs_in_and_no_log_is_kept_the_key_proves_whose_activity_it_is(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    async with running(tmp_path, sandbox, "--oauth", "off", "--audit", "off", count=1) as cluster:
        (replica,) = cluster.replicas
        async with Agent.of(replica.url) as agent:
            assert await agent.call(KEY, "send_message", {**await message(sandbox, 9), "to": PREMIUM}) == "refused"
        async with owner(replica, "KEYunknown", PATH, "secret") as stranger:
            assert "Show that it is you" in await shown(stranger)
        async with owner(replica, KEY, PATH, "secret") as person:
            page = await until_shown(person, 1)
        assert "Outcome Refused: refused: numbers.premium" in page
        assert "Your connected agents" not in page


@pytest.fixture
async def store(redis_server: RedisServer, tmp_path: Path) -> AsyncIterator[Store]:
    redis_server.flush()
    store = open_store(Settings(secret="s" * 32, redis_url=redis_server.url, data_dir=tmp_path))
    yield store
    await store.aclose()


def noted(activity: Activity, number: int, **members: object) -> None:
    at = f"2026-03-01T00:00:{number:02}.000Z"
    activity.note(Receipt(f"a-{number}", "", at), {"event": "call", "who": WHO, "effect": "write", **members})


async def test_what_happens_at_once_is_one_write_and_a_read_is_none(store: Store) -> None:
    activity = Activity(store, lambda: SECRET, keep_days=1)
    for number in range(20):
        noted(activity, number, **({"effect": "read"} if number % 2 else {}))
    await activity.aclose()
    assert len(await store.journal.newest(KIND, WHO, 100)) == 1
    assert [record["id"] for record in (await activity.recent([WHO])).records] == [f"a-{n}" for n in range(18, -1, -2)]


async def test_a_store_that_is_away_gets_what_happened_when_it_is_back(store: Store, redis_server: RedisServer) -> None:
    activity = Activity(store, lambda: SECRET, keep_days=1)
    noted(activity, 1)
    await anyio.to_thread.run_sync(redis_server.stop)
    await activity.aclose()
    noted(activity, 2)
    await anyio.to_thread.run_sync(redis_server.start)
    await activity.aclose()
    assert [record["id"] for record in (await activity.recent([WHO])).records] == ["a-2", "a-1"]


async def test_only_the_newest_are_kept_and_it_is_said_since_when(store: Store) -> None:
    activity = Activity(store, lambda: SECRET, keep_days=1)
    for number in range(KEPT + 1):
        noted(activity, number)
        await activity.aclose()
    past = await activity.recent([WHO])
    assert len(past.records) == KEPT
    assert past.since == past.records[-1]["at"]


async def test_what_is_kept_is_sealed_for_its_account(store: Store) -> None:
    activity = Activity(store, lambda: SECRET, keep_days=1)
    noted(activity, 1, tool="send_message")
    await activity.aclose()
    ((_, sealed),) = await store.journal.newest(KIND, WHO, 1)
    assert b"send_message" not in sealed
    await store.journal.append(KIND, "other", sealed, keep=KEPT)
    assert (await activity.recent(["other"])).records == []
