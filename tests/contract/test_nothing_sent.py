"""What an error says of what was sent is what was on the wire: nothing, reads alone, or something that stays."""

import json
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from tests.contract.calling import CURATED, Answer, Played, declared, documented, is_write, least, play

from telnyx_tools.api import client
from telnyx_tools.api.retry import Clock
from telnyx_tools.tool.tool import Tool


@pytest.fixture(autouse=True)
def without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Requests are repeated at once."""

    async def sleep(seconds: float) -> None:
        pass

    monkeypatch.setattr(client, "Clock", lambda: Clock(sleep=sleep))


def emptied(value: Any) -> Any:
    """The answer with nothing in its lists and texts, by which many tools refuse to go on."""
    if isinstance(value, dict):
        return {name: emptied(inner) for name, inner in value.items()}
    return [] if isinstance(value, list) else "" if isinstance(value, str) else value


def empty(request: httpx2.Request) -> httpx2.Response:
    found = documented(request)
    try:
        return httpx2.Response(200, json=emptied(found.json()))
    except ValueError:
        return found


def cut_off_after(count: int) -> Answer:
    """Telnyx, which nobody reaches any more after so many requests."""
    left = count

    def answer(request: httpx2.Request) -> httpx2.Response:
        nonlocal left
        left -= 1
        if left < 0:
            raise httpx2.ConnectError("no route")
        return documented(request)

    return answer


def refusals(tool: Tool) -> Iterator[tuple[Played, int]]:
    """Calls that come to an error, and how many of their requests arrived."""
    played = play(tool, {}, documented)
    yield played, len(played.requests)
    if len(declared(tool)) > 1:
        given = least(tool)
        for arrived in range(3):
            yield play(tool, given, cut_off_after(arrived)), arrived
        played = play(tool, given, empty)
        yield played, len(played.requests)


def test_what_an_error_says_of_what_was_sent_is_what_was_on_the_wire() -> None:
    said: dict[str, int] = {"sent": 0, "changed": 0, "stays": 0}
    for tool in CURATED:
        for played, arrived in refusals(tool):
            if not played.result.is_error:
                continue
            requests = played.requests[:arrived]
            text = json.dumps(played.error)
            if "nothing was sent" in text:
                said["sent"] += 1
                assert requests == [], (tool.name, text)
            if "nothing was changed" in text:
                said["changed"] += 1
                assert requests != [], (tool.name, text)
                assert not any(map(is_write, requests)), (tool.name, text)
            if "what the call had done before stays" in text:
                said["stays"] += 1
                assert any(map(is_write, requests)), (tool.name, text)
    assert min(said.values()) > 0, said
