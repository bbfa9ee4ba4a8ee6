"""How many requests of one principal, and of all, are at work at the same time."""

import asyncio
from types import SimpleNamespace

import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Message, Receive, Scope, Send

from telnyx_remote_mcp.calls.slot import released, slot_of
from telnyx_remote_mcp.gate.limits import InFlight

pytestmark = pytest.mark.anyio


class Held:
    """An app whose requests are at work until they are let go."""

    def __init__(self) -> None:
        self.working = 0
        self.most = 0
        self.let_go = asyncio.Event()
        self._one_more = asyncio.Condition()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.working += 1
        self.most = max(self.most, self.working)
        async with self._one_more:
            self._one_more.notify_all()
        try:
            await self.let_go.wait()
        finally:
            self.working -= 1
        await PlainTextResponse("done")(scope, receive, send)

    async def begun(self, count: int) -> None:
        async with self._one_more:
            await self._one_more.wait_for(lambda: self.working >= count)


async def nothing() -> Message:
    return {"type": "http.request", "body": b""}


async def ask(
    app: InFlight, principal: str = "key:a", method: str = "POST", called: bytes = b"tools/call"
) -> tuple[int, str | None]:
    """The status, and how long to wait."""
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    headers = [(b"mcp-method", called)]
    scope = {
        "type": "http",
        "method": method,
        "headers": headers,
        "telnyx.caller": SimpleNamespace(principal=principal),
    }
    await app(scope, nothing, send)
    answered = dict(sent[0]["headers"])
    return sent[0]["status"], answered[b"retry-after"].decode() if b"retry-after" in answered else None


async def test_more_than_may_work_wait_and_more_than_may_wait_are_refused_at_once() -> None:
    held = Held()
    app = InFlight(held, per_principal=2, waiting=3)
    asked = [asyncio.create_task(ask(app)) for _ in range(7)]
    await held.begun(2)
    refused, _ = await asyncio.wait(asked, return_when=asyncio.FIRST_COMPLETED)
    assert {task.result() for task in refused} == {(429, "2")}
    held.let_go.set()
    statuses = sorted(status for status, _ in await asyncio.gather(*asked))
    assert statuses == [200, 200, 200, 200, 200, 429, 429]
    assert held.most == 2


async def test_whoever_waited_too_long_is_refused_and_leaves_nothing_behind() -> None:
    held = Held()
    app = InFlight(held, per_principal=1, wait_secs=0.01)
    working = asyncio.create_task(ask(app))
    await held.begun(1)
    assert await ask(app) == (429, "2")
    held.let_go.set()
    assert [await working, await ask(app)] == [(200, None)] * 2


async def test_whoever_leaves_while_waiting_takes_nobodys_place() -> None:
    held = Held()
    app = InFlight(held, per_principal=1)
    working = asyncio.create_task(ask(app))
    await held.begun(1)
    left, waiting = asyncio.create_task(ask(app)), asyncio.create_task(ask(app))
    await asyncio.sleep(0)
    left.cancel()
    held.let_go.set()
    assert [await working, await waiting, await ask(app)] == [(200, None)] * 3
    assert left.cancelled()


async def test_one_principal_at_its_limit_holds_up_nobody_else() -> None:
    held = Held()
    app = InFlight(held, per_principal=1, waiting=0)
    tasks = [asyncio.create_task(ask(app, principal)) for principal in ("key:a", "key:b")]
    await held.begun(2)
    held.let_go.set()
    assert await asyncio.gather(*tasks) == [(200, None)] * 2


async def test_beyond_what_a_process_can_do_everybody_is_refused_at_once() -> None:
    held = Held()
    app = InFlight(held, overall=1)
    working = asyncio.create_task(ask(app))
    await held.begun(1)
    assert await ask(app, "key:b") == (503, "1")
    held.let_go.set()
    assert (await working)[0] == 200


async def test_the_streams_of_older_clients_are_not_counted() -> None:
    held = Held()
    app = InFlight(held, per_principal=1, waiting=0)
    streams = [asyncio.create_task(ask(app, method="GET")) for _ in range(3)]
    await held.begun(3)
    held.let_go.set()
    assert await asyncio.gather(*streams) == [(200, None)] * 3


async def test_subscriptions_take_no_places_of_calls() -> None:
    held = Held()
    app = InFlight(held, per_principal=1, waiting=0)
    listening = asyncio.create_task(ask(app, called=b"subscriptions/listen"))
    await held.begun(1)
    calling = asyncio.create_task(ask(app))
    await held.begun(2)
    assert await ask(app, called=b"subscriptions/listen") == (429, "2")
    held.let_go.set()
    assert await asyncio.gather(listening, calling) == [(200, None)] * 2


async def test_a_request_that_only_waits_lends_its_place_and_has_it_again_at_once() -> None:
    waits, woken = asyncio.Event(), asyncio.Event()
    held = Held()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if (b"mcp-method", b"waits") not in scope["headers"]:
            await held(scope, receive, send)
            return
        with released(slot_of(scope)):
            waits.set()
            await woken.wait()
        await PlainTextResponse("woken")(scope, receive, send)

    limit = InFlight(app, per_principal=1, waiting=0)
    waiting = [asyncio.create_task(ask(limit, called=b"waits"))]
    await waits.wait()
    working = asyncio.create_task(ask(limit))
    await held.begun(1)
    assert (await ask(limit))[0] == 429
    woken.set()
    assert [(await each)[0] for each in waiting] == [200]
    assert (await ask(limit))[0] == 429, "the other one is at work still"
    held.let_go.set()
    assert (await working)[0] == 200
    assert (await ask(limit))[0] == 200
