"""What the tests of the tools share."""

from collections.abc import Iterator

import pytest
from tests.tools.moto import moto_server


@pytest.fixture(scope="session")
def moto() -> Iterator[str]:
    """The endpoint of an S3 that knows the protocol from AWS; started for the first test that asks."""
    with moto_server() as endpoint:
        yield endpoint
