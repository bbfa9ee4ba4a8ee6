"""Options and fixtures of all tests."""

import os
import ssl
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import httpcore2
import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-snapshots", action="store_true", help="write the contracts of the tools anew")


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are cores: many tests wait for processes that they start."""
    return (os.cpu_count() or 1) + 1


@pytest.fixture(scope="session", autouse=True)
def one_tls_context() -> Iterator[None]:
    """The HTTP clients of a process share a TLS context, as long as the environment names the same certificates.

    Each would load all of them anew, and hardly any of these clients speaks TLS.
    """
    make = httpcore2.default_ssl_context

    @cache
    def made(trust_env: bool, *named: str | None) -> ssl.SSLContext:
        return make(_trust_env=trust_env)

    def shared(*, _trust_env: bool = True) -> ssl.SSLContext:
        return made(_trust_env, os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(httpcore2, "default_ssl_context", shared)
        yield


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session", autouse=True)
def _no_data_at_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Servers that are told no data directory keep nothing in that of whoever runs the tests."""
    with pytest.MonkeyPatch.context() as patch:
        home = tmp_path_factory.mktemp("data")
        patch.setenv("TELNYX_MCP_DATA_DIR", str(home))
        yield home
