"""Check this machine, the settings and the API key, or a running server, and say what to do about what is wrong."""

from __future__ import annotations

import errno
import os
import platform
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from contextlib import aclosing
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import anyio
import httpx2

from telnyx_remote_mcp.auth.verdicts import Verdict, balance_check
from telnyx_remote_mcp.commands import UsageError, cannot_listen, say
from telnyx_remote_mcp.commands.options import add_settings, check_local, settings
from telnyx_remote_mcp.commands.output import mark
from telnyx_remote_mcp.commands.outside import Deployment, Finding
from telnyx_remote_mcp.commands.sandbox import sandboxed
from telnyx_remote_mcp.commands.serve import hints
from telnyx_remote_mcp.http.health import ALIVE
from telnyx_remote_mcp.serve import check, listen
from telnyx_remote_mcp.settings import ANY_ADDRESS, LOOPBACK, SECRETS, Settings, is_service_link, variable
from telnyx_remote_mcp.store import open_store
from telnyx_remote_mcp.store.base import StoreUnavailable
from telnyx_remote_mcp.store.secret import Secret, SecretError
from telnyx_remote_mcp.telemetry import logs
from telnyx_tools.api.client import Api
from telnyx_tools.api.credential import Credential
from telnyx_tools.api.wire import environment_proxy

MAX_SKEW_SECS = 60
TIMEOUT_SECS = 10
VISIT_SECS = 60


def configure(parser: ArgumentParser) -> None:
    parser.add_argument(
        "command",
        nargs="?",
        choices=("stdio", "serve"),
        help="what is to run here (default: stdio where TELNYX_API_KEY is set, else serve)",
    )
    parser.add_argument(
        "--url",
        metavar="URL",
        help="look at a running server from outside instead; with a key in TELNYX_API_KEY calls are tried as well",
    )
    add_settings(parser, *(name for name in Settings.model_fields if name not in SECRETS))


def run(options: Namespace) -> int:
    logs.configure("error")
    if options.url is not None:
        return anyio.run(_from_outside, options)
    findings = [Finding(True, f"Python {platform.python_version()}"), *_examined(options)]
    for finding in findings:
        say(f"{mark(finding.good)} {finding.text}")
    return 0 if all(finding.good for finding in findings) else 1


async def _from_outside(options: Namespace) -> int:
    key = settings(options).api_key
    good = True
    async for finding in Deployment(options.url, key.strip() if key else None).examine():
        say(f"{mark(finding.good)} {finding.text}")
        good = good and finding.good
    return 0 if good else 1


def _examined(options: Namespace) -> list[Finding]:
    try:
        chosen = settings(options)
    except UsageError as error:
        return [Finding(False, f"Settings: {error}")]
    command = options.command or ("stdio" if chosen.api_key else "serve")
    here = [_data_dir(chosen.data_dir), _secret(chosen)]
    if here[-1].good:  # else that is what the settings would be said to lack
        here.append(_usable(chosen, command))
    if command == "serve":
        here += [_port(chosen), *(Finding(True, hint) for hint in hints(chosen) if here[2:3] and here[2].good)]
    with sandboxed(chosen) as effective:  # whatever is wrong here: what is elsewhere may be why somebody asks
        return [*here, *service_links(os.environ), *anyio.run(_elsewhere, effective, command)]


def service_links(environment: Mapping[str, str]) -> list[Finding]:
    """Find variables that Kubernetes set for services: they are harmless, but hide a setting of the same name."""
    return [
        Finding(
            False, f"{name} is set by Kubernetes for a Service, and ignored: set enableServiceLinks: false in the pod"
        )
        for name, value in environment.items()
        if name in map(variable, Settings.model_fields) and is_service_link(name, value)
    ]


def _port(settings: Settings) -> Finding:
    try:
        listen(settings.host, settings.port).close()
    except OSError as error:
        if error.errno == errno.EADDRINUSE and _is_served(settings):
            return Finding(True, f"Port {settings.port} on {settings.host}: this server runs there")
        return Finding(False, str(cannot_listen(settings.host, settings.port, error)))
    return Finding(True, f"Port {settings.port} on {settings.host} is free")


def _is_served(settings: Settings) -> bool:
    """Whether it is a server like this one that has the port."""
    host = "localhost" if settings.host in ANY_ADDRESS else settings.host
    url = f"http://{f'[{host}]' if ':' in host else host}:{settings.port}/healthz"
    try:
        answer = httpx2.get(url, timeout=TIMEOUT_SECS, trust_env=False)
    except httpx2.TransportError:
        return False
    return "x-request-id" in answer.headers and answer.text == ALIVE


def _data_dir(path: Path) -> Finding:
    existing = next(directory for directory in (path, *path.absolute().parents) if directory.exists())
    if existing.is_dir() and os.access(existing, os.W_OK):
        return Finding(True, f"Data directory {path} can be written")
    return Finding(False, f"Data directory {path} cannot be written; choose another with TELNYX_MCP_DATA_DIR")


def _secret(settings: Settings) -> Finding:
    try:
        Secret.load(settings.secret, settings.data_dir)
    except SecretError as error:
        return Finding(False, f"Secret: {error}")
    return Finding(True, "Secret is set" if settings.secret else "Secret is kept in the data directory")


def _usable(settings: Settings, command: str) -> Finding:
    try:
        check_local(settings)
        check(settings)
    except (UsageError, ValueError) as error:
        return Finding(False, f"Settings: {error}")
    return Finding(True, f"Settings are valid for {command}")


async def _elsewhere(settings: Settings, command: str) -> list[Finding]:
    url = settings.redis_url
    kept = [await _redis(settings), *redis_weaknesses(url)] if url is not None else []
    online = await _online(settings)
    # Over HTTP no key is needed here: every caller brings one.
    return [*kept, *online, *([await _key(settings)] if command == "stdio" and online[0].good else ())]


async def _redis(settings: Settings) -> Finding:
    async with aclosing(open_store(settings)) as store:
        try:
            await store.get("doctor", "visit")
        except StoreUnavailable as error:
            return Finding(False, f"{error}; check TELNYX_MCP_REDIS_URL, and that Redis runs and lets this machine in")
        try:
            await store.put("doctor", "visit", b"", VISIT_SECS)
        except StoreUnavailable as error:
            return Finding(False, f"Redis answers and refuses writes ({error}); is it full, its disk, or a replica?")
    return Finding(True, "Redis answers, and takes writes")


def redis_weaknesses(url: str) -> list[Finding]:
    """Find what is insecure about the connection to Redis: whoever can write there can end connections and restore
    deleted data."""
    parts = urlsplit(url)
    local = parts.scheme == "unix" or parts.hostname in LOOPBACK
    password = parts.password or "password" in parse_qs(parts.query)
    found = []
    if not password and parts.scheme != "unix":
        found.append("Redis is used without a password: make a user of its own for this server, and name it in the URL")
    if parts.scheme != "rediss" and not local:
        found.append("Redis is used without TLS: use a rediss:// URL, or whoever is on the way reads and writes there")
    return [Finding(False, f"{text} (TELNYX_MCP_REDIS_URL)") for text in found]


async def _online(settings: Settings) -> list[Finding]:
    url = settings.api_base_url
    parts = urlsplit(url)
    proxy = environment_proxy(parts.scheme, parts.hostname or "")
    way = f" through the proxy {_without_password(proxy)}" if proxy else ""
    try:
        async with httpx2.AsyncClient(timeout=TIMEOUT_SECS, proxy=proxy, trust_env=False) as http:
            answer = await http.get(f"{url}/balance")
    except httpx2.TransportError as error:
        check = "HTTPS_PROXY and NO_PROXY" if proxy else "the network, the firewall and TELNYX_API_BASE_URL"
        return [Finding(False, f"{url} cannot be reached{way} ({type(error).__name__}); check {check}")]
    return [Finding(True, f"{url} answers{way}"), _clock(answer.headers.get("date"))]


def _without_password(proxy: str) -> str:
    parts = urlsplit(proxy)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


def _clock(date: str | None) -> Finding:
    try:
        skew = time.time() - parsedate_to_datetime(date or "").timestamp()
    except ValueError:
        return Finding(True, "Clock: not compared, the answer had no date")
    if abs(skew) <= MAX_SKEW_SECS:
        return Finding(True, f"Clock is right within {MAX_SKEW_SECS} s")
    return Finding(False, f"Clock is {abs(skew):.0f} s {'fast' if skew > 0 else 'slow'}; set it, or turn on NTP")


async def _key(settings: Settings) -> Finding:
    """Check whether the API key of stdio works."""
    if not settings.api_key:
        return Finding(False, "TELNYX_API_KEY is not set, and stdio needs it: https://portal.telnyx.com/#/api-keys")
    async with Api(settings.api_base_url, allow_custom_upstream=settings.allow_custom_upstream) as api:
        verdict = await balance_check(api)(Credential(settings.api_key.strip()))
    if verdict is Verdict.GENUINE:
        return Finding(True, "TELNYX_API_KEY is accepted")
    if verdict is Verdict.DEAD:
        return Finding(False, "TELNYX_API_KEY is refused; make a new key at https://portal.telnyx.com/#/api-keys")
    return Finding(False, "TELNYX_API_KEY could not be checked: Telnyx gave no verdict; try again")
