"""Several replicas on one Redis behind a proxy, in front of one sandbox: a small copy of a company's deployment."""

from __future__ import annotations

import json
import os
import random
import signal
import socket
import subprocess
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import Any

import httpx2
from tests.e2e.processes import END_SECS, PROGRAM, descendants, environment
from tests.services.surroundings import NAME, Surroundings
from tests.tools.api.authority import Authority

SECRET = "c" * 32
MODERN, LEGACY = "2026-07-28", "2025-11-25"
_ACCEPT = "application/json, text/event-stream"
_META = {
    "io.modelcontextprotocol/protocolVersion": MODERN,
    "io.modelcontextprotocol/clientInfo": {"name": "cluster", "version": "1"},
    "io.modelcontextprotocol/clientCapabilities": {},
}
_NGINX = """
daemon off;
master_process off;
pid {directory}/nginx.pid;
error_log {directory}/nginx.log;
events {{ worker_connections 512; }}
http {{
    access_log off;
    client_body_temp_path {directory}/body;
    proxy_temp_path {directory}/proxy;
    fastcgi_temp_path {directory}/fastcgi;
    uwsgi_temp_path {directory}/uwsgi;
    scgi_temp_path {directory}/scgi;
    upstream replicas {{
        {servers}
        keepalive 16;
    }}
    server {{
        listen 127.0.0.1:{port};
        location {path}/ {{
            proxy_pass http://replicas/;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_next_upstream error;
            {more}
        }}
    }}
}}
"""
"""Does not check whether a server is ready. If it cannot connect, it tries another one, and does the same for the next
request."""
_HAPROXY = """
defaults
    mode http
    timeout connect 5s
    timeout client 60s
    timeout server 60s
    timeout check 2s
    option redispatch
    http-reuse never
frontend people
    bind 127.0.0.1:{port}
    default_backend replicas
backend replicas
    option httpchk GET /readyz
"""
_TLS = """
defaults
    mode tcp
    timeout connect 5s
    timeout client 60s
    timeout server 60s
listen tls
    bind 127.0.0.1:{port} ssl crt {certificate}
    server behind 127.0.0.1:{server}
"""
"""Checks readiness, as an orchestrator does. A request that could not be sent goes to another server; others are never
repeated."""


def _ports() -> Iterator[int]:
    """Ports that nothing else gets by chance: outgoing connections use ports above 32,767. Test workers that run in
    parallel each use every tenth port, offset by their number. No port repeats before all were given."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "").removeprefix("gw")
    ports = range(20_000 + int(worker) % 10, 30_000, 10) if worker else range(20_000, 30_000)
    return cycle(random.sample(ports, len(ports)))


_numbers = _ports()


def free_port() -> int:
    """A port for a server that is started later. Nobody else is given it meanwhile."""
    for port in _numbers:
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
    raise AssertionError  # there are always more


def _rights() -> list[str]:
    """The user of the server in Redis, as the guide has it."""
    guide = (Path(__file__).parents[2] / "docs" / "operations.md").read_text()
    return next(line for line in guide.splitlines() if line.startswith("user telnyx-mcp ")).split()[1:]


class RedisServer:
    """A Redis for the tests, on a socket in their directory. It writes to disk before it acknowledges.

    `url` is for the server under test, whose user may do what docs/operations.md says; `admin_url` is for the test.
    """

    def __init__(self, directory: Path, *options: str) -> None:
        self.admin_url = f"unix://{directory}/redis.sock"
        self.url = f"unix://telnyx-mcp@{directory}/redis.sock?password=PASSWORD"
        self._command = [
            *("redis-server", "--port", "0", "--unixsocket", f"{directory}/redis.sock", "--dir", str(directory)),
            *("--save", "", "--appendonly", "yes", "--user", *_rights(), *options),
        ]
        self.start()

    def start(self) -> None:
        self._process = subprocess.Popen(self._command, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if "ready to accept connections" in line.lower():
                return
        raise RuntimeError("redis-server did not start")

    @property
    def pid(self) -> int:
        return self._process.pid

    def stop(self, number: int = signal.SIGTERM) -> None:
        self._process.send_signal(number)
        self._process.communicate(timeout=10)


class Replica:
    """One `serve` process on a fixed port, with the settings that all replicas share."""

    def __init__(
        self,
        directory: Path,
        given: dict[str, str],
        options: tuple[str, ...],
        *,
        faked: bool = False,
        program: Sequence[str] = (PROGRAM,),
    ) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self.surroundings = Surroundings(directory / "surroundings")
        self.port, self.metrics_port = free_port(), free_port()
        self._directory = directory
        self._given = {"TELNYX_MCP_PUBLIC_URL": self.url, **given}
        if faked:
            self._given |= self.surroundings.variables
        ports = ("--port", str(self.port), "--metrics-port", str(self.metrics_port))
        self._command = [*program, "serve", *ports, *options]
        self._log = (directory / "log").open("a")
        self.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        given = environment(self._directory, **self._given)
        self.process = subprocess.Popen(
            self._command, stdout=subprocess.PIPE, stderr=self._log, text=True, env=given, start_new_session=True
        )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line.startswith("Serving on"), self.log

    @property
    def processes(self) -> list[int]:
        """Its own process, and the processes that it started."""
        with suppress(OSError):  # one that ends meanwhile
            return [self.process.pid, *descendants(self.process.pid)]
        return []

    @property
    def workers(self) -> list[int]:
        """Its worker processes, if it has several."""
        return [each for each in self.processes if b"spawn_main" in _command_of(each)]

    def ready(self) -> None:
        """Wait until it answers: it listens earlier than that."""
        assert httpx2.get(f"{self.url}/readyz", timeout=END_SECS).status_code == 200

    @property
    def log(self) -> str:
        return (self._directory / "log").read_text()

    def metric(self, name: str, **labels: str) -> float:
        """The sum of the samples of this metric with these labels."""
        text = httpx2.get(f"http://127.0.0.1:{self.metrics_port}/metrics").text
        wanted = [f'{label}="{value}"' for label, value in labels.items()]
        lines = (line for line in text.splitlines() if line.startswith((f"{name}{{", f"{name} ")))
        return sum(float(line.rpartition(" ")[2]) for line in lines if all(each in line for each in wanted))

    def end(self) -> int:
        self.process.terminate()
        code = self.process.wait(END_SECS)
        if self.process.stdout is not None:
            self.process.stdout.close()
        return code

    def kill(self) -> None:
        """Kill it with all processes that it started, as when a machine is switched off."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.end()

    def close(self) -> None:
        if self.process.poll() is None:
            self.kill()
        self._log.close()


@contextmanager
def nginx(directory: Path, *ports: int, path: str = "", more: str = "proxy_buffering off;") -> Iterator[str]:
    """An nginx in front of these ports, configured as docs/operations.md says. Yields its URL."""
    port = free_port()
    file = directory / "nginx.conf"
    if " Host " not in more:
        more += " proxy_set_header Host $http_host;"
    servers = " ".join(f"server 127.0.0.1:{each} max_fails=0;" for each in ports)
    file.write_text(_NGINX.format(directory=directory, servers=servers, port=port, path=path, more=more))
    with _proxy(["nginx", "-c", str(file), "-e", f"{directory}/nginx.log"], port) as url:
        yield url + path


def _command_of(process: int) -> bytes:
    with suppress(OSError):
        return Path(f"/proc/{process}/cmdline").read_bytes()
    return b""


@contextmanager
def haproxy(directory: Path, port: int, *ports: int) -> Iterator[str]:
    """A haproxy on a port, in front of those of these ports that are ready. Yields its URL. A request can name the
    replica that should get it: the number in `X-Replica`."""
    wishes = (f"    use-server s{each} if {{ req.hdr(X-Replica) {number} }}\n" for number, each in enumerate(ports))
    servers = (f"    server s{each} 127.0.0.1:{each} check inter 100ms fall 1 rise 1\n" for each in ports)
    file = directory / "haproxy.cfg"
    file.write_text("".join([_HAPROXY.format(port=port), *wishes, *servers]))
    with _proxy(["haproxy", "-db", "-q", "-f", str(file)], port) as url:
        yield url


@contextmanager
def tls(directory: Path, server: int) -> Iterator[int]:
    """TLS for the server at this port, with a certificate for `NAME`. Yields the TLS port."""
    port, authority = free_port(), Authority(directory)
    authority.server(NAME)
    file = directory / "tls.cfg"
    file.write_text(_TLS.format(port=port, certificate=directory / "server.pem", server=server))
    with _proxy(["haproxy", "-db", "-q", "-f", str(file)], port):
        yield port


@contextmanager
def _proxy(command: list[str], port: int) -> Iterator[str]:
    with subprocess.Popen(command) as process:
        try:
            _wait_for(port)
            assert process.poll() is None, "another server has the port"
            yield f"http://127.0.0.1:{port}"
        finally:
            process.kill()
            process.wait(END_SECS)


def _wait_for(port: int) -> None:
    until = time.monotonic() + END_SECS
    with socket.socket() as probe:
        while probe.connect_ex(("127.0.0.1", port)) != 0:
            assert time.monotonic() < until
            os.sched_yield()


@dataclass(frozen=True)
class Cluster:
    url: str
    redis: RedisServer
    replicas: list[Replica]


@contextmanager
def alone(directory: Path, api: str, *options: str, **given: str) -> Iterator[Replica]:
    """One replica with store files of its own, whose `surroundings` can be faked."""
    variables = {"TELNYX_MCP_SECRET": SECRET, "TELNYX_API_BASE_URL": api, "TELNYX_MCP_STATEFUL": "false", **given}
    replica = Replica(directory, variables, options, faked=True)
    try:
        replica.ready()
        yield replica
    finally:
        replica.close()


@contextmanager
def cluster(
    directory: Path,
    api: str,
    *options: str,
    count: int = 2,
    faked: bool = False,
    program: Sequence[str] = (PROGRAM,),
    **given: str,
) -> Iterator[Cluster]:
    """Replicas in front of the API at this URL, behind a haproxy. If `faked`, the `surroundings` of each can be faked.
    `program` replaces the installed program."""
    directory.mkdir(exist_ok=True)
    port = free_port()
    with ExitStack() as stack:
        redis = RedisServer(directory, "--appendfsync", "always")
        stack.callback(redis.stop)
        shared = {
            "TELNYX_MCP_SECRET": SECRET,
            "TELNYX_MCP_REDIS_URL": redis.url,
            "TELNYX_API_BASE_URL": api,
            "TELNYX_MCP_STATEFUL": "false",
            "TELNYX_MCP_DRAIN_SECS": "2",
            "TELNYX_MCP_PUBLIC_URL": f"http://127.0.0.1:{port}",
            **given,
        }
        replicas = []
        for number in range(count):
            folder = directory / f"replica{number}"
            replica = Replica(folder, shared, options, faked=faked, program=program)
            stack.callback(replica.close)
            replicas.append(replica)
        for replica in replicas:
            replica.ready()
        url = stack.enter_context(haproxy(directory, port, *(replica.port for replica in replicas)))
        yield Cluster(url, redis, replicas)


class Agent:
    """A client that makes calls over one connection pool, in either protocol version, and reads their outcomes."""

    def __init__(self, url: str, http: httpx2.AsyncClient) -> None:
        self._url = url
        self._http = http

    @classmethod
    @asynccontextmanager
    async def of(cls, url: str, address: str | None = None) -> AsyncIterator[Agent]:
        """An agent that appears to come from this address, as a proxy says."""
        limits = httpx2.Limits(max_connections=64, max_keepalive_connections=16)
        headers = {"X-Forwarded-For": address} if address is not None else {}
        async with httpx2.AsyncClient(timeout=30, limits=limits, headers=headers) as http:
            yield cls(url, http)

    @asynccontextmanager
    async def listening(self, key: str) -> AsyncIterator[int]:
        """Open a stream of 2026-07-28 on which the server reports changes. Yields the status of the answer."""
        method = "subscriptions/listen"
        params = {"notifications": {"toolsListChanged": True}, "_meta": _META}
        headers = {
            "Authorization": f"Bearer {key}",
            "Accept": _ACCEPT,
            "MCP-Protocol-Version": MODERN,
            "Mcp-Method": method,
        }
        message = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        async with self._http.stream("POST", f"{self._url}/mcp", json=message, headers=headers) as answer:
            yield answer.status_code

    async def begin(self, key: str) -> str:
        """Begin a session of 2025-11-25. Returns its id."""
        client = {"protocolVersion": LEGACY, "capabilities": {}, "clientInfo": {"name": "cluster", "version": "1"}}
        message = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": client}
        headers = {"Authorization": f"Bearer {key}", "Accept": _ACCEPT}
        answer = await self._http.post(f"{self._url}/mcp", json=message, headers=headers)
        return str(answer.raise_for_status().headers["mcp-session-id"])

    async def end(self, key: str, session: str) -> None:
        headers = {"Authorization": f"Bearer {key}", "Mcp-Session-Id": session}
        await self._http.delete(f"{self._url}/mcp", headers=headers)

    @asynccontextmanager
    async def hearing(self, key: str, session: str) -> AsyncIterator[int]:
        """Open the stream of a session. Yields the status of the answer."""
        headers = {"Authorization": f"Bearer {key}", "Accept": "text/event-stream", "Mcp-Session-Id": session}
        async with self._http.stream("GET", f"{self._url}/mcp", headers=headers) as answer:
            yield answer.status_code

    async def post(
        self, key: str, tool: str, arguments: dict[str, Any], era: str = MODERN, session: str | None = None
    ) -> httpx2.Response:
        params: dict[str, Any] = {"name": tool, "arguments": arguments}
        headers = {"Authorization": f"Bearer {key}", "Accept": _ACCEPT, "MCP-Protocol-Version": era}
        if era == MODERN:
            params["_meta"] = _META
            headers |= {"Mcp-Method": "tools/call", "Mcp-Name": tool}
        if session is not None:
            headers |= {"Mcp-Session-Id": session}
        message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
        return await self._http.post(f"{self._url}/mcp", json=message, headers=headers)

    async def call(
        self, key: str, tool: str, arguments: dict[str, Any], era: str = MODERN, session: str | None = None
    ) -> str:
        """Make a call. Returns `done`, `duplicate`, the code of the error, the HTTP status, or `lost` if there was no
        answer."""
        try:
            answer = await self.post(key, tool, arguments, era, session)
        except httpx2.TransportError:
            return "lost"
        if answer.status_code != 200:
            return str(answer.status_code)
        result = read_message(answer)["result"]
        if result.get("isError"):
            return str(json.loads(result["content"][0]["text"])["error"]["code"])
        return "duplicate" if "duplicate_of" in result["structuredContent"] else "done"


def read_message(answer: httpx2.Response) -> dict[str, Any]:
    """The message in an answer, which is JSON or an event stream."""
    text = answer.text
    if answer.headers["content-type"].startswith("text/event-stream"):
        text = next(line[6:] for line in text.splitlines() if line.startswith("data: {"))
    message: dict[str, Any] = json.loads(text)
    return message
