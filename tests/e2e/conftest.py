"""Servers that tests share: one process, which has sessions, and one with two workers, which has none."""

from collections.abc import Iterator

import pytest
from tests.e2e.processes import UNATTENDED, Server, served


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with served(tmp_path_factory.mktemp("server"), "--sandbox", "--policy", str(UNATTENDED)) as server:
        yield server


@pytest.fixture(scope="session")
def workers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    directory = tmp_path_factory.mktemp("workers")
    with served(directory, "--sandbox", "--workers", "2", "--policy", str(UNATTENDED)) as server:
        yield server
