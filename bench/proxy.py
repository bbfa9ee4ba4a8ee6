"""The least that a proxy in front of the API can do: each POST becomes the GET that the tool makes."""

from __future__ import annotations

import os
from typing import Any

import httpx2

from bench.serving import serve

URL = os.environ["TELNYX_API_BASE_URL"] + "/phone_numbers?page[number]=1&page[size]=20"


class Proxy:
    """Forwards the Authorization header and returns the body. No framework, no checks."""

    def __init__(self) -> None:
        # the pool of the server's own client: neither side reconnects during a run
        self._client = httpx2.AsyncClient(limits=httpx2.Limits(max_connections=256, max_keepalive_connections=32))

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        while (await receive()).get("more_body"):
            pass
        authorization = dict(scope["headers"])[b"authorization"]
        answer = await self._client.get(URL, headers={b"authorization": authorization})
        headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(answer.content))]
        await send({"type": "http.response.start", "status": answer.status_code, "headers": headers})
        await send({"type": "http.response.body", "body": answer.content})


if __name__ == "__main__":
    serve(Proxy())
