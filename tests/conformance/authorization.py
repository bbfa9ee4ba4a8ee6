"""Runs the official conformance suite against the authorization server: `python -m tests.conformance.authorization`.

The suite plays a client and waits for a browser; a person who allows everything is played here. Exits with 1 where
a check fails.
"""

import asyncio
import re
import socket
import sys
import tempfile
from pathlib import Path

import httpx2
from tests.conformance.run import SUITE
from tests.e2e.processes import served
from tests.server.web.people import KEY, Person

_ASKS = re.compile(r"http://\S+/oauth/authorize\?\S+")
_TOTAL = re.compile(r"^Total: (\d+) passed, (\d+) failed", re.MULTILINE)
_SCENARIOS = 2


async def main() -> int:
    with tempfile.TemporaryDirectory() as data_dir, served(Path(data_dir), "--sandbox") as server:
        async with httpx2.AsyncClient(base_url=server.base_url, follow_redirects=True) as http:
            output = await _run(server.base_url, http)
    total = _TOTAL.search(output)
    passed, failed = (int(total[1]), int(total[2])) if total else (0, 0)
    good = passed >= _SCENARIOS and failed == 0
    if not good:
        sys.stdout.write(output)
    print(f"conformance (authorization): {passed} passed, {failed} failed")  # noqa: T201 - a script
    return 0 if good else 1


async def _run(issuer: str, http: httpx2.AsyncClient) -> str:
    """What the suite says, after the person did what it asked for."""
    port = _free_port()
    client_id = await _registered(http, f"http://127.0.0.1:{port}/callback")
    command = [*map(str, SUITE), "authorization", "--url", issuer, "--resource", f"{issuer}/mcp"]
    process = await asyncio.create_subprocess_exec(
        *command,
        *("--client-id", client_id, "--port", str(port)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    assert process.stdout is not None
    said = ""
    async for line in process.stdout:
        said += line.decode()
        if asks := _ASKS.search(line.decode()):
            await _allow(http, asks[0])
    await process.wait()
    return said


async def _registered(http: httpx2.AsyncClient, redirect_uri: str) -> str:
    metadata = {"redirect_uris": [redirect_uri], "client_name": "Suite", "token_endpoint_auth_method": "none"}
    return str((await http.post("/oauth/register", json=metadata)).json()["client_id"])


async def _allow(http: httpx2.AsyncClient, url: str) -> None:
    page = await http.get(url)
    await Person(http).submit(page, action="key", api_key=KEY)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
