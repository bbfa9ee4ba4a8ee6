"""What is turned away, and what goes on, while calls cannot be remembered."""

import json

import httpx2
import pytest
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from telnyx_remote_mcp.gate.store_away import RefuseWhileStoreAway
from telnyx_remote_mcp.surface.selection import Selection
from telnyx_remote_mcp.surface.surfaces import Surfaces
from telnyx_tools.registry import registry
from telnyx_tools.tool.effect import Effect

SURFACE = Surfaces(registry(), Selection()).of(Selection(surface="full"))


async def reached(scope: Scope, receive: Receive, send: Send) -> None:
    await JSONResponse(json.loads((await receive())["body"]))(scope, receive, send)


async def asked(name: str, *, away: bool, **arguments: object) -> httpx2.Response:
    return await requested("tools/call", {"name": name, "arguments": arguments}, away=away)


async def requested(method: str, params: dict[str, object], *, away: bool) -> httpx2.Response:
    layer = RefuseWhileStoreAway(reached, lambda: away)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        SURFACE.enter(scope)
        await layer(scope, receive, send)

    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://localhost") as client:
        return await client.post("/mcp", json={"method": method, "params": params})


@pytest.mark.anyio
@pytest.mark.parametrize("effect", [Effect.WRITE, Effect.DESTROY, Effect.SPENDS])
async def test_without_the_store_no_tool_of_this_effect_is_called_by_its_name_or_by_a_generic_one(
    effect: Effect,
) -> None:
    names = [tool.name for tool in SURFACE.tools.values() if tool.effect is effect and tool.target is None]
    assert names
    for name in names:
        for answer in (await asked(name, away=True), await asked("write_api_endpoint", away=True, endpoint=name)):
            assert (answer.status_code, answer.json()["error"]) == (503, "store_unavailable"), name
            assert int(answer.headers["retry-after"]) >= 1
        assert (await asked(name, away=False)).status_code == 200


@pytest.mark.anyio
async def test_without_the_store_every_tool_that_reads_is_called() -> None:
    for name in [tool.name for tool in SURFACE.tools.values() if tool.effect is Effect.READ and tool.target is None]:
        assert (await asked(name, away=True)).status_code == 200, name


@pytest.mark.anyio
async def test_without_the_store_nobody_subscribes_to_events_and_whoever_reads_them_is_let_through() -> None:
    for method in ("events/subscribe", "events/unsubscribe"):
        answer = await requested(method, {"name": "message.received"}, away=True)
        assert (answer.status_code, answer.json()["error"]) == (503, "store_unavailable"), method
        assert int(answer.headers["retry-after"]) >= 1
        assert (await requested(method, {}, away=False)).status_code == 200
    for method in ("events/list", "events/poll", "events/stream", "subscriptions/listen", "resources/read"):
        assert (await requested(method, {}, away=True)).status_code == 200, method
