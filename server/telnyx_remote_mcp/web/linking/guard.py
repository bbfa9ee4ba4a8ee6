"""The checks that every page with a form shares."""

from collections.abc import Awaitable, Callable
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from telnyx_remote_mcp.http.client_address import budget_address
from telnyx_remote_mcp.http.edge import RequestInfo
from telnyx_remote_mcp.http.refusal import retry_after
from telnyx_remote_mcp.store.base import StoreUnavailable
from telnyx_remote_mcp.web.linking.services import PageParts

FORMS_PER_MINUTE: Final = 30
_LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")

Handler = Callable[[Request], Awaitable[Response]]


class PageGuard:
    """Shows an error page for plain http, for too many submitted forms, and where the store does not answer."""

    def __init__(self, services: PageParts) -> None:
        self._pages = services.pages
        self._https = services.settings.url.startswith("https:")
        self._forms = services.rates("forms", FORMS_PER_MINUTE)

    def __call__(self, handler: Handler) -> Handler:
        async def guarded(request: Request) -> Response:
            if self._in_the_clear(request):
                return self._pages.problem(
                    400, "Use https", "Keys are taken over https only. Open this page with https."
                )
            address = budget_address(request.scope)
            if request.method == "POST" and (wait := await self._forms.take(address)):
                RequestInfo.of(request.scope).address = address
                return self._pages.problem(
                    429, "Too many attempts", "Wait a minute, then try again.", retry_after(wait)
                )
            try:
                return await handler(request)
            except StoreUnavailable:
                text = "The server cannot reach its storage. Try again in a moment."
                return self._pages.problem(503, "Not now", text, retry_after(5))

        return guarded

    def _in_the_clear(self, request: Request) -> bool:
        """Whether what the person types would leave their computer unencrypted.

        A proxy says in X-Forwarded-Proto whether it took the request without https. Where the server is reached
        directly without https, only a browser on the same computer can call it `localhost`.
        """
        if request.url.hostname in _LOOPBACK:
            return False
        forwarded = request.headers.get("x-forwarded-proto", "https").lower()
        return not self._https or not forwarded.startswith("https")
