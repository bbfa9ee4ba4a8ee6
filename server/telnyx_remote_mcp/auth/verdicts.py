"""What Telnyx says of an API key."""

from collections.abc import Awaitable, Callable
from enum import Enum
from typing import Final

import anyio

from telnyx_tools.api.client import Api
from telnyx_tools.api.credential import Credential
from telnyx_tools.api.errors import ApiError, TelnyxError

CHECK_TIMEOUT_SECS: Final = 5.0


class Verdict(Enum):
    """UNKNOWN is no verdict: Telnyx could not be asked."""

    GENUINE = "genuine"
    DEAD = "dead"
    UNKNOWN = "unknown"


Check = Callable[[Credential], Awaitable[Verdict]]

# A key that may not see the balance (403), or has asked too often (429), is a key.
_BY_STATUS: Final = {401: Verdict.DEAD, 403: Verdict.GENUINE, 429: Verdict.GENUINE}


def balance_check(api: Api, timeout_secs: float = CHECK_TIMEOUT_SECS) -> Check:
    """A check that asks `GET /balance` with the key, for at most `timeout_secs` with all retries."""

    async def check(credential: Credential) -> Verdict:
        try:
            with anyio.fail_after(timeout_secs):
                await api.bind(credential, "verification").get("/balance")
        except ApiError as error:
            return _BY_STATUS.get(error.status, Verdict.UNKNOWN)
        except (TelnyxError, TimeoutError):
            return Verdict.UNKNOWN
        return Verdict.GENUINE

    return check
