"""What the answer to GET /balance says of a key."""

import asyncio
import socket

import pytest
from starlette.types import Receive, Scope, Send
from tests.server.auth.upstream import BalanceServer
from tests.server.serving import serving

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
        (403, Verdict.GENUINE),
        (429, Verdict.GENUINE),
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
