"""Token buckets, and the limit per principal over HTTP."""

import httpx2
import pytest
from starlette.types import Receive, Scope, Send
from tests.server.clocks import ManualClock

from telnyx_remote_mcp.auth.caller import Caller
from telnyx_remote_mcp.buckets import LocalRate, TokenBuckets
from telnyx_remote_mcp.gate.limits import RateLimit


def test_a_burst_passes_and_then_one_token_comes_per_interval() -> None:
    clock = ManualClock()
    buckets = TokenBuckets(per_minute=60, burst=3, clock=clock)
    assert [buckets.take("a") for _ in range(4)] == [0.0, 0.0, 0.0, 1.0]
    clock.advance(0.4)
    assert buckets.take("a") == pytest.approx(0.6)
    clock.advance(0.6)
    assert buckets.take("a") == 0.0
    assert buckets.take("a") == pytest.approx(1.0)


def test_an_idle_bucket_holds_no_more_than_its_burst() -> None:
    clock = ManualClock()
    buckets = TokenBuckets(per_minute=60, burst=2, clock=clock)
    buckets.take("a")
    clock.advance(3600)
    assert [buckets.take("a") == 0.0 for _ in range(3)] == [True, True, False]


def test_one_key_does_not_use_up_the_tokens_of_another() -> None:
    buckets = TokenBuckets(per_minute=1, burst=1, clock=ManualClock())
    assert buckets.take("a") == 0.0
    assert buckets.take("a") > 0
    assert buckets.take("b") == 0.0


def test_asking_how_long_to_wait_takes_nothing() -> None:
    buckets = TokenBuckets(per_minute=60, burst=1, clock=ManualClock())
    assert [buckets.wait("a"), buckets.wait("a"), buckets.take("a")] == [0.0, 0.0, 0.0]
    assert buckets.wait("a") == pytest.approx(1.0)


def test_a_token_that_is_put_back_can_be_taken_again() -> None:
    buckets = TokenBuckets(per_minute=60, burst=1, clock=ManualClock())
    buckets.take("a")
    buckets.put_back("a")
    assert buckets.take("a") == 0.0
    assert buckets.take("a") > 0


def test_only_the_most_recent_keys_are_remembered() -> None:
    buckets = TokenBuckets(per_minute=1, burst=2, clock=ManualClock(), max_keys=2)
    for key in ("a", "b", "b", "a", "c", "c"):
        buckets.take(key)
    assert buckets.wait("c") > 0
    assert buckets.wait("a") > 0
    assert buckets.wait("b") == 0.0


@pytest.mark.parametrize(("per_minute", "burst"), [(0, 1), (-1, 1), (1, 0)])
def test_a_limit_that_lets_nothing_pass_is_refused(per_minute: float, burst: int) -> None:
    with pytest.raises(ValueError, match="more than 0 per minute"):
        TokenBuckets(per_minute, burst)


class CallerByHeader:
    """Stands where authentication does: the header names the principal."""

    def __init__(self, app: RateLimit) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        principal = dict(scope["headers"])[b"x-test-principal"].decode()
        Caller(principal, None, "api_key").enter(scope)
        await self.app(scope, receive, send)


async def ok(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"ok"})


@pytest.mark.anyio
async def test_a_principal_above_its_rate_is_told_when_to_come_back() -> None:
    clock = ManualClock()
    app = CallerByHeader(RateLimit(ok, LocalRate(6, clock=clock), 6))
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://localhost") as client:

        async def status(principal: str) -> httpx2.Response:
            return await client.post("/mcp", headers={"x-test-principal": principal})

        assert [(await status("key:a")).status_code for _ in range(6)] == [200] * 6
        refused = await status("key:a")
        assert refused.status_code == 429
        assert refused.headers["retry-after"] == "10"
        assert refused.json()["error"] == "rate_limited"
        assert "6 requests per minute" in refused.json()["error_description"]
        assert (await status("key:b")).status_code == 200
        clock.advance(10)
        assert (await status("key:a")).status_code == 200
