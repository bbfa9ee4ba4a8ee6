"""A scripted HTTP server on a loopback socket, which can fail in every way that a real one can."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from telnyx_tools.api.client import Api, Credential, Telnyx
from telnyx_tools.api.retry import Clock

KEY = "KEYtest_0123456789"


@dataclass(frozen=True)
class Heard:
    """A request as it arrived."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


Step = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def answer(status: int, body: object = None, **headers: str) -> Step:
    """A whole answer; a body that is neither bytes nor None is sent as JSON."""
    content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(content)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return raw("\r\n".join(lines).encode() + b"\r\n\r\n" + content)


def raw(data: bytes, *, then_close: bool = False) -> Step:
    async def step(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(data)
        await writer.drain()
        if then_close:
            writer.close()

    return step


async def hang(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    """Say nothing until the client gives up."""
    await reader.read()


async def reset(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Break the connection by RST, not by an orderly end."""
    no_linger = struct.pack("ii", 1, 0)
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, no_linger)
    writer.transport.abort()


class Upstream:
    """Answers the requests it hears with one step each, in order; a request too many is dropped."""

    def __init__(self, *steps: Step, port: int = 0) -> None:
        self.heard: list[Heard] = []
        self.called = asyncio.Event()
        self.port = port
        self._steps: Iterator[Step] = iter(steps)
        self._connections: set[asyncio.Task[None]] = set()

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v2"

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._server.close()
        for connection in self._connections:
            connection.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._serve(reader, writer))
        self._connections.add(task)
        task.add_done_callback(self._connections.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while not writer.is_closing():
                self.heard.append(await _hear(reader))
                self.called.set()
                step = next(self._steps, reset)
                await step(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


async def _hear(reader: asyncio.StreamReader) -> Heard:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("ascii").split("\r\n")
    method, target, _ = head[0].split(" ")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)}
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return Heard(method, target, headers, body)


@dataclass
class Naps:
    """A clock that stands still but for the sleeps, which take no time; `on_nap` runs in each."""

    taken: list[float] = field(default_factory=list)
    on_nap: Callable[[], Awaitable[object]] | None = None

    @property
    def clock(self) -> Clock:
        return Clock(lambda: sum(self.taken), lambda: 1_800_000_000 + sum(self.taken), self._sleep, lambda: 1.0)

    async def _sleep(self, seconds: float) -> None:
        self.taken.append(seconds)
        if self.on_nap is not None:
            await self.on_nap()


def telnyx(api: Api, principal: str = "key:1") -> Telnyx:
    return api.bind(Credential(KEY), principal)
