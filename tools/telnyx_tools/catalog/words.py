"""The words by which an operation is found, weighted by where they stand."""

from collections.abc import Iterator

from telnyx_tools.catalog.about import ABOUT
from telnyx_tools.catalog.catalog import Catalog
from telnyx_tools.catalog.operation import Operation
from telnyx_tools.catalog.search import Index


def words(operation: Operation) -> dict[str, float]:
    """Text -> weight: the id most, then our own words for the thing, its path, and its parameters."""
    *nouns, verb = operation.id.split(".")
    found: dict[str, float] = {}
    for weight, texts in (
        (3.0, [*nouns[-2:], verb]),
        (1.5, nouns[:-2]),
        (2.0, list(_about(operation.id))),
        (1.0, [operation.path.replace("{", " ").replace("}", " "), operation.group]),
        (0.15, _parameters(operation)),
    ):
        for text in texts:
            found[text] = found.get(text, 0.0) + weight
    return found


def index(catalog: Catalog) -> Index:
    """A search index over every operation of the catalog."""
    return Index((operation.id, words(operation)) for operation in catalog.values())


def _about(operation_id: str) -> Iterator[str]:
    """Our own words for an operation and for every resource above it."""
    parts = operation_id.split(".")
    for length in range(1, len(parts) + 1):
        name = ".".join(parts[:length])
        if name in ABOUT:
            yield ABOUT[name]


def _parameters(operation: Operation) -> list[str]:
    body = operation.resolve(operation.body or {})
    filters = operation.resolve(operation.query["properties"].get("filter", {}))
    return [
        *operation.query["properties"],
        *filters.get("properties", {}),
        *body.get("properties", {}),
    ]
