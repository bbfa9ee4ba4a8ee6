"""What the answer to GET /balance says of a key."""

import asyncio
import socket

import pytest
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from tests.server.auth.outcomes import outcome
from tests.server.auth.upstream import BalanceServer
from tests.server.serving import serving

from telnyx_remote_mcp.auth.api_keys import ApiKeys, Budget
from telnyx_remote_mcp.auth.verdicts import Verdict, balance_check
from telnyx_tools.api.client import Api
from telnyx_tools.api.credential import Credential
from telnyx_tools.api.retry import Clock

KEY = "KEY0123456789abcdef"


async def at_once(seconds: float) -> None:
    """Retries without waiting."""


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        (200, Verdict.GENUINE),
        (204, Verdict.GENUINE),
        (401, Verdict.DEAD),
        (403, Verdict.UNKNOWN),
        (429, Verdict.UNKNOWN),
        (404, Verdict.UNKNOWN),
        (302, Verdict.UNKNOWN),
        (500, Verdict.UNKNOWN),
        (503, Verdict.UNKNOWN),
    ],
)
async def test_the_status_of_the_balance_is_the_verdict(status: int, verdict: Verdict) -> None:
    async with serving(BalanceServer(KEY, status=status)) as url, Api(f"{url}/v2", clock=Clock(sleep=at_once)) as api:
        assert await balance_check(api)(Credential(KEY)) is verdict


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("status", "body", "verdict"),
    [
        (403, '{"errors":[{"code":"10010","title":"Authorization failed"}]}', Verdict.GENUINE),
        (403, '{"errors":[{"code":"99999","title":"Blocked"}]}', Verdict.UNKNOWN),
        (403, "<html>Access denied, code 10010</html>", Verdict.UNKNOWN),
        (429, '{"errors":[{"code":"10010","title":"Authorization failed"}]}', Verdict.UNKNOWN),
        (429, '{"errors":[{"code":"10011","title":"Too many requests"}]}', Verdict.UNKNOWN),
    ],
)
async def test_only_an_error_of_telnyx_that_names_the_keys_rights_proves_a_key(
    status: int, body: str, verdict: Verdict
) -> None:
    asked: list[str] = []

    async def refusing(scope: Scope, receive: Receive, send: Send) -> None:
        asked.append(scope["path"])
        await Response(body, status, media_type="application/json")(scope, receive, send)

    async with serving(refusing) as url, Api(f"{url}/v2", clock=Clock(sleep=at_once)) as api:
        assert await balance_check(api)(Credential(KEY)) is verdict
    assert len(asked) == 1


@pytest.mark.anyio
@pytest.mark.parametrize("status", [403, 429])
async def test_while_telnyx_refuses_everybody_no_made_up_key_passes_and_each_costs_budget(status: int) -> None:
    upstream = BalanceServer(KEY)
    async with serving(upstream) as url, Api(f"{url}/v2", clock=Clock(sleep=at_once)) as api:
        keys = ApiKeys(balance_check(api), lambda: b"p" * 32, budget=Budget(3, 100))
        assert await keys.verify(KEY, "203.0.113.9")
        upstream.status = status
        statuses = [await outcome(keys.verify(f"KEY_made_up_{n}", "203.0.113.9")) for n in range(5)]
        assert statuses == [503, 503, 503, 429, 429]
        assert await keys.verify(KEY, "203.0.113.9")


@pytest.mark.anyio
async def test_an_upstream_that_is_not_there_gives_no_verdict() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    async with Api(f"http://127.0.0.1:{port}/v2", clock=Clock(sleep=at_once)) as api:
        assert await balance_check(api)(Credential(KEY)) is Verdict.UNKNOWN


@pytest.mark.anyio
async def test_an_upstream_that_does_not_answer_in_time_gives_no_verdict() -> None:
    over = asyncio.Event()

    async def silent(scope: Scope, receive: Receive, send: Send) -> None:
        await over.wait()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async with serving(silent) as url, Api(f"{url}/v2") as api:
        assert await balance_check(api, timeout_secs=0.05)(Credential(KEY)) is Verdict.UNKNOWN
        over.set()
