"""The server, which also reports its tasks: `python -m tests.services.counted FILE serve …` writes their number to the
file once a second."""

import asyncio
import socket
import sys
from pathlib import Path

import uvicorn

from telnyx_remote_mcp.cli import main

EVERY_SECS = 1.0


async def tell(file: Path) -> None:
    while True:
        fresh = file.with_suffix(".new")
        fresh.write_text(str(len(asyncio.all_tasks())))
        fresh.replace(file)
        await asyncio.sleep(EVERY_SECS)


def count(file: Path) -> None:
    serve = uvicorn.Server.serve

    async def counted(server: uvicorn.Server, sockets: list[socket.socket] | None = None) -> None:
        telling = asyncio.create_task(tell(file))
        await serve(server, sockets)
        telling.cancel()

    uvicorn.Server.serve = counted  # type: ignore[method-assign]  # counted is what is served


if __name__ == "__main__":
    count(Path(sys.argv.pop(1)))
    sys.exit(main())
