"""The verdict of Telnyx on an API key."""

import time
from collections.abc import Awaitable, Callable
from enum import Enum
from typing import Final

import anyio

from telnyx_remote_mcp.telemetry.meter import Meter
from telnyx_tools.api.client import Api, Request
from telnyx_tools.api.credential import Credential
from telnyx_tools.api.errors import ApiError, TelnyxError

CHECK_TIMEOUT_SECS: Final = 3.0
"""Below the five seconds that HTTP clients wait by default."""


class Verdict(Enum):
    """Whether Telnyx accepts a key. UNKNOWN: Telnyx could not be asked, or its answer says nothing about the key."""

    GENUINE = "genuine"
    DEAD = "dead"
    UNKNOWN = "unknown"


Check = Callable[[Credential], Awaitable[Verdict]]

_FORBIDDEN: Final = "10010"
"""Telnyx's error code for a genuine key that may not do this."""


def measured(check: Check, meter: Meter) -> Check:
    """The same check, with its verdicts and times measured."""

    async def timed(credential: Credential) -> Verdict:
        began = time.perf_counter()
        verdict = await check(credential)
        meter.key_check(verdict.value, time.perf_counter() - began)
        return verdict

    return timed


def balance_check(api: Api, timeout_secs: float = CHECK_TIMEOUT_SECS) -> Check:
    """A check that calls `GET /balance` with the key, retried once where that fails, within `timeout_secs`."""

    async def check(credential: Credential) -> Verdict:
        try:
            with anyio.fail_after(timeout_secs):
                return await _ask(api, credential) or await _ask(api, credential) or Verdict.UNKNOWN
        except TimeoutError:
            return Verdict.UNKNOWN

    return check


async def _ask(api: Api, credential: Credential) -> Verdict | None:
    """The verdict; None where a retry may bring one."""
    request = Request(method="GET", template="/balance", attempts=1)
    try:
        await api.bind(credential, f"verification:{id(credential)}").send(request)
    except ApiError as error:
        return _meaning(error)
    except TelnyxError:
        return None
    return Verdict.GENUINE


def _meaning(error: ApiError) -> Verdict | None:
    """The verdict in an error; None where a retry may bring one.

    A rate limit (429) or a gateway's refusal (403) can hit made-up keys as well, so they say nothing about this one.
    """
    if error.status == 401:
        return Verdict.DEAD
    if error.status == 403:
        return Verdict.GENUINE if any(item.code == _FORBIDDEN for item in error.items) else Verdict.UNKNOWN
    return Verdict.UNKNOWN if error.status == 429 else None
