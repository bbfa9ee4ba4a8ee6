"""The health checks: whether the process is up, and whether it can serve."""

from collections.abc import Callable
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

PATHS: Final = frozenset({"/healthz", "/readyz"})
ALIVE: Final = '{"status":"ok"}'
"""The answer of `/healthz`."""
_NO_STORE: Final = {"Cache-Control": "no-store"}


def health_routes(ready: Callable[[], bool]) -> list[Route]:
    """`/healthz` is 200 while the process runs; `/readyz` is 200 when `ready` says so, else 503."""

    async def healthz(_: Request) -> Response:
        return Response(ALIVE, headers=_NO_STORE, media_type="application/json")

    async def readyz(_: Request) -> Response:
        if ready():
            return JSONResponse({"status": "ready"}, headers=_NO_STORE)
        return JSONResponse({"status": "not ready"}, 503, {**_NO_STORE, "Retry-After": "1"})

    return [Route("/healthz", healthz, methods=["GET"]), Route("/readyz", readyz, methods=["GET"])]
