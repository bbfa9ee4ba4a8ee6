"""A server in a process of its own, to whose changes clients may listen. Prints its URL; ends with SIGTERM."""

import socket
import sys
from pathlib import Path

import anyio
import uvicorn
from mcp.server.subscriptions import InMemorySubscriptionBus, ListenHandler
from mcp_types import SubscriptionsListenRequestParams
from tests.protocol.servers import app_of

from telnyx_remote_mcp.serve import GRACE_SECS
from telnyx_tools.registry import Registry
from telnyx_tools.results.result import Result
from telnyx_tools.tool.group import Group
from telnyx_tools.tool.tool import Effect

naps = Group("naps", title="Naps", summary="What takes time.")


@naps.tool(effect=Effect.WRITE, scope="naps.write", core=True)
async def nap(secs: float) -> Result:
    """Take a nap."""
    sys.stdout.write("napping\n")
    sys.stdout.flush()
    await anyio.sleep(secs)
    return Result()


async def main() -> None:
    handler = ListenHandler(InMemorySubscriptionBus())
    app, server = app_of(Path(sys.argv[1]), registry=Registry(lambda: (naps,)), closers=[handler.close])
    server.add_request_handler("subscriptions/listen", SubscriptionsListenRequestParams, handler)
    config = uvicorn.Config(app, log_config=None, access_log=False, timeout_graceful_shutdown=GRACE_SECS)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        sys.stdout.write(f"http://127.0.0.1:{listener.getsockname()[1]}\n")
        sys.stdout.flush()
        await uvicorn.Server(config).serve(sockets=[listener])


if __name__ == "__main__":
    anyio.run(main)
