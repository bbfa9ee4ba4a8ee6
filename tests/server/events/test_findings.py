"""Findings about accounts are kept for two minutes, and found out anew after a change."""

import asyncio
from pathlib import Path

import httpx2
import pytest
from tests.server.events.inboxes import inbox, worker
from tests.server.events.signing import Signer
from tests.wires import MockWire

from telnyx_remote_mcp.events.findings import KEPT_SECS, PER_ACCOUNT, Findings
from telnyx_remote_mcp.settings import Settings
from telnyx_tools.api.client import Api

BASE = "https://mcp.example.com"

pytestmark = pytest.mark.anyio


class Source:
    """Counts how often it is asked."""

    def __init__(self) -> None:
        self.asked = 0
        self.is_asked = asyncio.Event()
        self.may_answer = asyncio.Event()
        self.may_answer.set()

    async def __call__(self) -> str:
        self.asked += 1
        self.is_asked.set()
        found = f"finding {self.asked}"
        await self.may_answer.wait()
        return found


async def test_it_is_found_out_once_in_two_minutes_for_each_account_and_name() -> None:
    now = 0.0
    findings, source = Findings(lambda: now), Source()
    assert {await findings.of("a", "x", source) for _ in range(9)} == {"finding 1"}
    assert await findings.of("a", "y", source) == "finding 2"
    assert await findings.of("b", "x", source) == "finding 3"
    now = KEPT_SECS + 1
    assert await findings.of("a", "x", source) == "finding 4"


async def test_many_at_once_ask_once() -> None:
    findings, source = Findings(), Source()
    assert set(await asyncio.gather(*(findings.of("a", "x", source) for _ in range(20)))) == {"finding 1"}


async def test_a_change_makes_it_asked_for_anew_for_this_account() -> None:
    findings, source = Findings(), Source()
    for account in ("a", "b"):
        await findings.of(account, "x", source)
    findings.forget("a")
    assert await findings.of("a", "x", source) == "finding 3"
    assert await findings.of("b", "x", source) == "finding 2"


async def test_what_was_asked_before_a_change_is_not_kept_after_it() -> None:
    findings, source = Findings(), Source()
    source.may_answer.clear()
    asking = asyncio.create_task(findings.of("a", "x", source))
    await source.is_asked.wait()
    findings.forget("a")
    source.may_answer.set()
    assert await asking == "finding 1"
    assert await findings.of("a", "x", source) == "finding 2"


async def test_no_request_waits_for_what_another_one_wants_to_know() -> None:
    """Texts from a hundred numbers, while Telnyx answers none of the questions about them."""
    findings, silent = Findings(), Source()
    silent.may_answer.clear()
    asking = [asyncio.create_task(findings.of("a", str(number), silent)) for number in range(PER_ACCOUNT)]
    await silent.is_asked.wait()
    async with asyncio.timeout(5):
        assert await findings.of("a", "x", Source()) == "finding 1"
        silent.may_answer.set()
        assert len(set(await asyncio.gather(*asking))) == PER_ACCOUNT


async def test_who_leaves_while_it_is_found_out_leaves_it_to_the_next() -> None:
    findings, silent = Findings(), Source()
    silent.may_answer.clear()
    leaving = asyncio.create_task(findings.of("a", "x", silent))
    await silent.is_asked.wait()
    waiting = asyncio.create_task(findings.of("a", "x", Source()))
    await asyncio.sleep(0)
    leaving.cancel()
    async with asyncio.timeout(5):
        assert await waiting == "finding 1"


async def test_an_account_holds_no_more_than_so_many() -> None:
    findings, source = Findings(), Source()
    for number in range(PER_ACCOUNT + 1):
        await findings.of("a", str(number), source)
    assert await findings.of("a", "0", source) == f"finding {PER_ACCOUNT + 2}"
    assert await findings.of("a", str(PER_ACCOUNT), source) == f"finding {PER_ACCOUNT + 1}"


async def unclaimed() -> bool:
    return True


async def never() -> bool:
    await asyncio.Event().wait()
    return True


async def test_an_url_is_given_for_what_is_unclaimed_and_none_for_what_is_not_known_in_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = httpx2.Response(200, json={"data": {"public": Signer().public_key}})
    async with worker(Settings(data_dir=tmp_path), BASE) as services, Api(wire=MockWire(lambda _: key)) as api:
        mine = inbox(services, api=api)
        assert await mine.unclaimed_url("a", unclaimed) == await mine.webhook_url()
        monkeypatch.setattr("telnyx_remote_mcp.events.caller_inbox.FOUND_OUT_SECS", 0.1)
        assert await mine.unclaimed_url("b", never) is None


@pytest.mark.parametrize("answer", [httpx2.Response(403, json={"errors": []}), httpx2.Response(200, json={"data": {}})])
async def test_without_the_accounts_key_nothing_is_set_and_it_is_asked_for_once(
    answer: httpx2.Response, tmp_path: Path
) -> None:
    asked: list[httpx2.Request] = []

    def answered(request: httpx2.Request) -> httpx2.Response:
        asked.append(request)
        return answer

    async with worker(Settings(data_dir=tmp_path), BASE) as services, Api(wire=MockWire(answered)) as api:
        mine = inbox(services, api=api)
        assert [await mine.unclaimed_url("a", unclaimed) for _ in range(3)] == [None] * 3
    assert len(asked) == 1


async def test_a_server_that_nothing_reaches_finds_nothing_out(tmp_path: Path) -> None:
    async with worker(Settings(data_dir=tmp_path)) as services:
        assert await inbox(services).unclaimed_url("a", never) is None
