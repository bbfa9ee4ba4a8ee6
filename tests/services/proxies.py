"""The proxies in front of the servers, as docs/operations.md configures them."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.e2e.processes import END_SECS
from tests.services.ports import free_port
from tests.services.surroundings import NAME
from tests.tools.api.authority import Authority

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
"""Checks readiness, as an orchestrator does. A request that could not be sent goes to another server; others are never
repeated."""
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
