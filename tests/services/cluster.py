"""Several replicas on one Redis behind a proxy, in front of one sandbox: a small copy of a company's deployment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.e2e.processes import PROGRAM
from tests.services.ports import free_port
from tests.services.proxies import haproxy
from tests.services.redis_server import RedisServer
from tests.services.replica import Replica

SECRET = "c" * 32


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
