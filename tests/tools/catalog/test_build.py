"""The committed catalog is what the package says, small, and holds facts only."""

import gzip
import json
from collections.abc import Iterator

from scripts.build_catalog import CATALOG, build


def test_the_committed_catalog_is_what_the_package_gives() -> None:
    assert gzip.decompress(CATALOG.read_bytes()) == build()


def test_the_catalog_is_small_and_carries_no_time() -> None:
    packed = CATALOG.read_bytes()
    assert len(packed) < 400_000
    assert packed[4:8] == bytes(4)


def test_the_catalog_holds_no_sentences() -> None:
    texts = list(_texts(json.loads(gzip.decompress(CATALOG.read_bytes()))))
    assert len(texts) > 10_000
    assert [text for text in texts if len(text.split()) > 6] == []


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield name
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
