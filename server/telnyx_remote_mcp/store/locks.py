"""A lock across processes, made of a value in the store that only one of them can add."""

import random
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio

from telnyx_remote_mcp.store.base import Store

_KIND = "lock"
_FIRST_WAIT_SECS = 0.005
_LONGEST_WAIT_SECS = 0.2


@asynccontextmanager
async def locked(store: Store, name: str, ttl_secs: float) -> AsyncIterator[None]:
    """Hold the lock. The work is ended before the lock expires, so that two never hold it at once."""
    token = secrets.token_bytes(16)
    deadline = await _acquire(store, name, token, ttl_secs)
    try:
        with anyio.fail_after(deadline - anyio.current_time()):
            yield
    finally:
        # Shielded: after a cancellation too, others must not wait until the lock expires. `only` our own lock is
        # deleted: it may have expired already, and be held by somebody else.
        with anyio.CancelScope(shield=True):
            await store.delete(_KIND, name, only=token)


async def _acquire(store: Store, name: str, token: bytes, ttl_secs: float) -> float:
    """Wait for the lock. Returns until when it is ours, by this process's clock."""
    wait = _FIRST_WAIT_SECS
    while True:
        # Read before taking the lock: its time in the store starts later, so our work ends before the lock expires.
        deadline = anyio.current_time() + ttl_secs
        if await store.add(_KIND, name, token, ttl_secs):
            return deadline
        await anyio.sleep(wait * random.uniform(0.5, 1.5))  # noqa: S311 - spreads the waiting, keeps no secret
        wait = min(wait * 2, _LONGEST_WAIT_SECS)
