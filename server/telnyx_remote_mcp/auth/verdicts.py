"""What Telnyx says of an API key."""

from collections.abc import Awaitable, Callable
from enum import Enum
from typing import Final

import anyio

from telnyx_tools.api.client import Api, Request
from telnyx_tools.api.credential import Credential
from telnyx_tools.api.errors import ApiError, TelnyxError

CHECK_TIMEOUT_SECS: Final = 3.0
"""Below the five seconds that HTTP clients wait by default."""


class Verdict(Enum):
    """UNKNOWN is no verdict: Telnyx could not be asked."""

    GENUINE = "genuine"
    DEAD = "dead"
    UNKNOWN = "unknown"


Check = Callable[[Credential], Awaitable[Verdict]]

# A key that may not see the balance (403), or has asked too often (429), is a key.
_BY_STATUS: Final = {401: Verdict.DEAD, 403: Verdict.GENUINE, 429: Verdict.GENUINE}


def balance_check(api: Api, timeout_secs: float = CHECK_TIMEOUT_SECS) -> Check:
    """A check that asks `GET /balance` with the key, twice where no answer comes, within `timeout_secs`."""

    async def check(credential: Credential) -> Verdict:
        try:
            with anyio.fail_after(timeout_secs):
                verdict = await _ask(api, credential)
                return await _ask(api, credential) if verdict is Verdict.UNKNOWN else verdict
        except TimeoutError:
            return Verdict.UNKNOWN

    return check


async def _ask(api: Api, credential: Credential) -> Verdict:
    # Not retried as other calls are: a 429 says already that the key is one.
    request = Request(method="GET", template="/balance", attempts=1)
    try:
        await api.bind(credential, f"verification:{id(credential)}").send(request)
    except ApiError as error:
        return _BY_STATUS.get(error.status, Verdict.UNKNOWN)
    except TelnyxError:
        return Verdict.UNKNOWN
    return Verdict.GENUINE
