"""The answer for paths that the server does not have."""

from urllib.parse import quote

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from telnyx_remote_mcp.http.refusal import Refusal


class NotFound:
    """Answers 404 and says where the endpoints are; redirects a path that ends in a slash to the one without.

    The redirect is relative, because only the proxy knows the scheme and the base path that the client used.
    """

    def __init__(self, url: str) -> None:
        self._refusal = Refusal(
            404,
            "not_found",
            f"Nothing is served here. MCP clients connect to {url}/v2/mcp, or to {url}/v2/mcp/apps/{{app}}/mcp for one "
            f"group of tools; {url}/ says how, in a browser.",
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path, query = scope["path"], scope["query_string"].decode("latin-1")
        if path == "/" or not path.endswith("/"):
            await self._refusal(scope, receive, send)
            return
        location = "../" + quote(path.rstrip("/").rpartition("/")[2]) + (f"?{query}" if query else "")
        await Response(status_code=307, headers={"Location": location})(scope, receive, send)
