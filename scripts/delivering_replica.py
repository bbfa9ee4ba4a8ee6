"""A server that delivers events to subscribers on this machine, as a process:
`python -m scripts.delivering_replica PORT HOOKS_PORT CA_FILE PACE`.

Its settings are read from the environment. It differs from the installed server only in name resolution and trusted
certificates, and at the `quick` pace in shorter waits.
"""

from __future__ import annotations

import ssl
import sys

import uvicorn
from starlette.applications import Starlette
from tests.server.events.subscribers import HOST

from telnyx_remote_mcp.auth.authorization_server.public_fetch import PublicFetch, public_addresses
from telnyx_remote_mcp.composition.server import create_app
from telnyx_remote_mcp.events.deliverer import Pace
from telnyx_remote_mcp.http.protocol import BoundedProtocol
from telnyx_remote_mcp.serve import listen
from telnyx_remote_mcp.settings import Settings
from telnyx_remote_mcp.telemetry import logs

QUICK = Pace(pauses=(0.2, 0.5, 2, 20), lease=2, sweep=1)
"""The retries outlast a subscriber that is down for a second, also on a slow machine where that takes ten seconds."""


def app(settings: Settings, hooks_port: int, ca_file: str, pace: Pace) -> Starlette:
    async def resolve(host: str, port: int) -> list[tuple[str, int]]:
        return [("127.0.0.1", hooks_port)] if host == HOST else await public_addresses(host, port)

    return create_app(settings, PublicFetch(resolve, ssl.create_default_context(cafile=ca_file)), pace=pace)


def main() -> None:
    port, hooks_port, ca_file, pace = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4]
    listener = listen("127.0.0.1", port)
    settings = Settings(port=listener.getsockname()[1])
    logs.configure("error")
    sys.stdout.write(f"Serving on {settings.url}/mcp\n")
    sys.stdout.flush()
    served = app(settings, hooks_port, ca_file, QUICK if pace == "quick" else Pace())
    config = uvicorn.Config(served, http=BoundedProtocol, ws="none", log_config=None, access_log=False)
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
