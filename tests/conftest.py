"""Options and fixtures of all tests."""

import os
from collections.abc import Iterator
from functools import cache

import httpcore2
import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-snapshots", action="store_true", help="write the contracts of the tools anew")


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are cores: many tests wait for processes that they start."""
    return (os.cpu_count() or 1) + 1


@pytest.fixture(scope="session", autouse=True)
def one_tls_context() -> Iterator[None]:
    """The HTTP clients share a TLS context: on loopback none of them uses it, and each would load all certificates."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(httpcore2, "default_ssl_context", cache(httpcore2.default_ssl_context))
        yield


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"
