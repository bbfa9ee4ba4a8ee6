"""How many requests one principal may send."""

import time

from starlette.types import ASGIApp, Receive, Scope, Send

from telnyx_remote_mcp.auth.caller import Caller
from telnyx_remote_mcp.buckets import TokenBuckets
from telnyx_remote_mcp.clock import Clock
from telnyx_remote_mcp.http.refusal import Refusal, retry_after


class RateLimit:
    """Bounds the requests of one authenticated principal; stands behind `Authenticate`."""

    def __init__(self, app: ASGIApp, per_minute: int, burst: int, *, clock: Clock = time.monotonic) -> None:
        self.app = app
        self._per_minute = per_minute
        self._buckets = TokenBuckets(per_minute, burst, clock=clock)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            wait = self._buckets.take(Caller.of(scope).principal)
            if wait:
                await self._refusal(wait)(scope, receive, send)
                return
        await self.app(scope, receive, send)

    def _refusal(self, wait: float) -> Refusal:
        return Refusal(
            429,
            "rate_limited",
            f"This account may send {self._per_minute} requests per minute here; "
            "wait as long as Retry-After says, then repeat the request.",
            retry_after(wait),
        )
