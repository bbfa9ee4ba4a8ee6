"""The payload of an event, however deep the API wraps the webhook that carried it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

_DEPTH = 4


def payload_of(metadata: object) -> dict[str, Any]:
    """An event's `payload`, wherever the raw event stands in the metadata, else the metadata."""
    if not isinstance(metadata, dict):
        return {}
    return next(_payloads(metadata, _DEPTH), metadata)


def _payloads(value: Mapping[str, Any], depth: int) -> Iterator[dict[str, Any]]:
    payload = value.get("payload")
    if isinstance(payload, dict):
        yield payload
    elif depth:
        for inner in value.values():
            if isinstance(inner, dict):
                yield from _payloads(inner, depth - 1)
