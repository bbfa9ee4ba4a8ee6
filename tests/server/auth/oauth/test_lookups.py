"""Lookups of strangers' hosts, of which some are never answered."""

import asyncio
import socket
import threading
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from telnyx_remote_mcp.auth.authorization_server import lookups
from telnyx_remote_mcp.auth.authorization_server.lookups import Lookups

pytestmark = pytest.mark.anyio

SILENT = tuple(f"silent{number}.example.com" for number in range(lookups.THREADS - 1))


class Names:
    """Name servers, of which those of silent hosts answer once they are told to."""

    def __init__(self) -> None:
        self.answers = threading.Event()
        self.asked: Counter[str] = Counter()

    def getaddrinfo(self, host: str, *_: object, **__: object) -> list[Any]:
        self.asked[host] += 1
        if host.startswith("silent"):
            self.answers.wait(20)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("8.8.8.8", 0))] * 2


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Iterator[Names]:
    made = Names()
    monkeypatch.setattr(socket, "getaddrinfo", made.getaddrinfo)
    monkeypatch.setattr(lookups, "PATIENCE_SECS", 0.2)
    yield made
    made.answers.set()


async def test_hosts_that_are_never_answered_hold_up_no_other_however_often_they_are_asked_for(names: Names) -> None:
    looking = Lookups()
    asked = [looking.addresses(host) for host in SILENT for _ in range(20)]
    silent = asyncio.gather(*asked, return_exceptions=True)
    assert await asyncio.wait_for(looking.addresses("agent.example.com"), 5) == ["8.8.8.8"]
    assert {type(each) for each in await silent} == {TimeoutError}
    assert set(names.asked.values()) == {1}
    with pytest.raises(TimeoutError):
        await looking.addresses(SILENT[0])
    assert names.asked[SILENT[0]] == 1, "it is left alone for a while"


async def test_a_host_that_answers_late_is_asked_for_again(names: Names) -> None:
    looking = Lookups()
    with pytest.raises(TimeoutError):
        await looking.addresses(SILENT[0])
    names.answers.set()
    async with asyncio.timeout(5):
        while True:
            try:
                assert await looking.addresses(SILENT[0]) == ["8.8.8.8"]
                return
            except TimeoutError:
                await asyncio.sleep(0)


async def test_whoever_waits_for_a_thread_is_not_taken_for_silent(names: Names) -> None:
    looking = Lookups()
    hosts = [f"silent{number}.example.com" for number in range(lookups.THREADS)]
    waiting = [asyncio.create_task(looking.addresses(host)) for host in (*hosts, "agent.example.com")]
    assert {type(each) for each in await asyncio.gather(*waiting, return_exceptions=True)} == {TimeoutError}
    names.answers.set()
    assert await looking.addresses("agent.example.com") == ["8.8.8.8"]


async def test_what_has_no_address_is_an_error_for_everybody_who_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(host: str, *_: object, **__: object) -> list[Any]:
        raise socket.gaierror("no such host")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    looking = Lookups()
    found = await asyncio.gather(*(looking.addresses("x.example.com") for _ in range(3)), return_exceptions=True)
    assert {type(each) for each in found} == {socket.gaierror}
