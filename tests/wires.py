"""A wire that answers by itself, for tests whose subject lies above it."""

from collections.abc import Callable

import httpx2

from telnyx_tools.api.call import Call, Failure
from telnyx_tools.api.reply import Reply

Handler = Callable[[httpx2.Request], httpx2.Response]


class MockWire:
    """Takes the place of a `Wire`. A handler that raises a httpx2.TransportError loses the answer."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler

    async def attempt(self, call: Call) -> Reply | Failure:
        request = httpx2.Request(call.method, call.url, headers=call.headers, content=call.content)
        try:
            response = self._handler(request)
        except httpx2.TransportError as error:
            return Failure(not isinstance(error, httpx2.ConnectError), type(error).__name__)
        return Reply(response.status_code, response.headers, response.content)

    async def aclose(self) -> None:
        """Nothing is open."""
