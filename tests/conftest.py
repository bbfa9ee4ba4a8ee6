"""Options and fixtures of all tests."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-snapshots", action="store_true", help="write the contracts of the tools anew")


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"
