"""Fixtures of the catalog's tests."""

import pytest
from scripts.catalog.official import Recorder

from telnyx_tools.catalog import Catalog


@pytest.fixture(scope="session")
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    return Catalog.load()
