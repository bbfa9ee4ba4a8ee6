"""The stdio transport: messages over standard input and output, with an error for every line that cannot be parsed."""

from __future__ import annotations

import logging
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from io import StringIO
from typing import BinaryIO, Final, TypeAlias

import anyio
import mcp_types as types
from anyio.abc import ObjectReceiveStream, ObjectSendStream
from anyio.to_thread import run_sync
from mcp.server.stdio import stdio_server
from mcp.shared.message import SessionMessage

from telnyx_remote_mcp.protocol.lines import BrokenLine, message_in, too_long

Incoming: TypeAlias = SessionMessage | Exception

MAX_LINE: Final = 4 * 1024 * 1024
_CHUNK: Final = 65_536
_TAIL: Final = 1_024
_log = logging.getLogger(__name__)


@asynccontextmanager
async def stdio_streams() -> AsyncIterator[tuple[ObjectReceiveStream[Incoming], ObjectSendStream[SessionMessage]]]:
    """Yield the stream of the client's messages, and the stream for the answers.

    The SDK's transport drops lines that it cannot parse, so only its output half is used. As with it, standard input is
    empty for handlers and child processes, and what they print goes to stderr.
    """
    nothing = anyio.wrap_file(StringIO())
    with _own_input() as source:
        async with stdio_server(stdin=nothing) as (unread, write_stream), unread, anyio.create_task_group() as tasks:
            received, read_stream = anyio.create_memory_object_stream[Incoming](0)
            tasks.start_soon(_receive, source, received, write_stream)
            yield read_stream, write_stream
            tasks.cancel_scope.cancel()


async def _receive(
    source: BinaryIO, received: ObjectSendStream[Incoming], answers: ObjectSendStream[SessionMessage]
) -> None:
    """Pass messages on until the input ends. Answer other lines with an error, or log those that cannot be answered."""
    with suppress(anyio.BrokenResourceError, anyio.ClosedResourceError):  # the server has ended
        async with received:
            while (found := await run_sync(_next, source, abandon_on_cancel=True)) is not None:
                if not isinstance(found, BrokenLine):
                    await received.send(SessionMessage(found))
                elif found.answer is not None:
                    await answers.send(SessionMessage(found.answer))
                else:
                    _log.warning("A line on standard input was dropped: %s", found)


def _next(source: BinaryIO) -> types.JSONRPCMessage | BrokenLine | None:
    """Return the message in the next line that is not blank, or its error; None at the end of the input."""
    while line := source.readline(MAX_LINE + 1):
        if not line.strip():
            continue
        try:
            return message_in(line) if len(line) <= MAX_LINE else _skip(line, source)
        except BrokenLine as broken:
            return broken
    return None


def _skip(head: bytes, source: BinaryIO) -> BrokenLine:
    """Skip the rest of a line that is too long, and return the error for it."""
    tail = head[-_TAIL:]
    while not tail.endswith(b"\n") and (part := source.readline(_CHUNK)):
        tail = (tail + part)[-_TAIL:]
    return too_long(head, tail, MAX_LINE)


@contextmanager
def _own_input() -> Iterator[BinaryIO]:
    """Give standard input to this transport alone; everybody else finds it empty meanwhile."""
    own, nothing = os.dup(0), os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    try:
        yield os.fdopen(own, "rb", closefd=False)  # a thread may still read from it at the end
    finally:
        os.dup2(own, 0)
