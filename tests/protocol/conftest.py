"""Two servers that the tests share: one keeps sessions of older clients, one does not."""

from collections.abc import AsyncIterator

import pytest
from tests.protocol.servers import Peer, served


@pytest.fixture(scope="module")
async def stateful(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    async with served(tmp_path_factory.mktemp("stateful"), stateful=True) as url:
        yield url


@pytest.fixture(scope="module")
async def stateless(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    async with served(tmp_path_factory.mktemp("stateless"), stateful=False) as url:
        yield url


@pytest.fixture(scope="module", params=["stateful", "stateless"])
def url(request: pytest.FixtureRequest, stateful: str, stateless: str) -> str:
    return {"stateful": stateful, "stateless": stateless}[request.param]


@pytest.fixture
async def peer(url: str) -> AsyncIterator[Peer]:
    async with Peer.of(url) as peer:
        yield peer
