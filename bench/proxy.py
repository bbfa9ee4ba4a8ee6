"""The simplest possible proxy in front of the API: turns each POST into the request that the tool makes."""

from __future__ import annotations

import os
from typing import Any

import httpx2

from bench.calls import CALLS
from bench.serving import serve

BASE_URL = os.environ["TELNYX_API_BASE_URL"]


class Proxy:
    """Forwards the Authorization header and returns the body. Has no framework and no checks."""

    def __init__(self) -> None:
        # As many connections as the server's own client, so that neither reconnects during a run.
        self._client = httpx2.AsyncClient(limits=httpx2.Limits(max_connections=256, max_keepalive_connections=32))

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        while (await receive()).get("more_body"):
            pass
        given = dict(scope["headers"])
        call = CALLS[given[b"mcp-name"].decode()]
        authorization = {b"authorization": given[b"authorization"]}
        answer = await self._client.request(call.method, BASE_URL + call.path, headers=authorization, json=call.body)
        headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(answer.content))]
        await send({"type": "http.response.start", "status": answer.status_code, "headers": headers})
        await send({"type": "http.response.body", "body": answer.content})


if __name__ == "__main__":
    serve(Proxy())
