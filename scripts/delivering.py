"""A replica that delivers to subscribers on this machine: `python -m scripts.delivering PORT HOOKS_PORT CA_FILE`.

Its settings are those of the environment. It is the server as it is installed, but for the names that it knows and the
certificates that it trusts.
"""

from __future__ import annotations

import ssl
import sys

import uvicorn
from starlette.applications import Starlette
from tests.server.events.subscribers import HOST

from telnyx_remote_mcp.auth.authorization_server.public_fetch import PublicFetch, public_addresses
from telnyx_remote_mcp.composition.server import create_app
from telnyx_remote_mcp.http.protocol import BoundedProtocol
from telnyx_remote_mcp.serve import listen
from telnyx_remote_mcp.settings import Settings
from telnyx_remote_mcp.telemetry import logs


def app(settings: Settings, hooks_port: int, ca_file: str) -> Starlette:
    async def resolve(host: str, port: int) -> list[tuple[str, int]]:
        return [("127.0.0.1", hooks_port)] if host == HOST else await public_addresses(host, port)

    return create_app(settings, PublicFetch(resolve, ssl.create_default_context(cafile=ca_file)))


def main() -> None:
    port, hooks_port, ca_file = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    listener = listen("127.0.0.1", port)
    settings = Settings(port=listener.getsockname()[1])
    logs.configure("error")
    sys.stdout.write(f"Serving on {settings.url}/mcp\n")
    sys.stdout.flush()
    config = uvicorn.Config(
        app(settings, hooks_port, ca_file), http=BoundedProtocol, ws="none", log_config=None, access_log=False
    )
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
