"""The TCP connection of a request, for faults that HTTP cannot express."""

import asyncio
import socket
import struct
from collections.abc import MutableMapping
from typing import Any, cast

from starlette.types import Receive, Scope

EXTENSION = "telnyx_sandbox.connection"

# SO_LINGER with a timeout of zero: closing then discards what is unsent and resets the connection.
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


def reset(scope: MutableMapping[str, Any]) -> None:
    """Close with a TCP reset: the peer gets ECONNRESET."""
    transport = _transport(scope)
    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
    transport.abort()


def close(scope: MutableMapping[str, Any]) -> None:
    """Close the connection once all written bytes are sent: the peer gets the end of the stream."""
    _transport(scope).close()


async def hang_up(scope: Scope, receive: Receive) -> None:
    """Reset the connection instead of answering."""
    reset(scope)
    await until_disconnected(receive)


async def until_disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _transport(scope: MutableMapping[str, Any]) -> asyncio.Transport:
    extension = scope.get("extensions", {}).get(EXTENSION)
    if extension is None:
        raise RuntimeError("faults of the connection need the server of telnyx_sandbox.server")
    return cast("asyncio.Transport", extension["transport"])
