"""Merges equal types of the table by partition refinement, and keeps only those that operations use."""

import json
from collections.abc import Callable
from typing import Any

from scripts.catalog.schemas import Schema


def shared(operations: list[Schema], table: list[Schema]) -> list[Schema]:
    """The smallest table that the operations need. References in the operations are renumbered in place."""
    classes = _equivalent(table)
    order: dict[int, int] = {}
    rows: list[Schema] = []

    def renumber(number: int) -> int:
        found = classes[number]
        if found not in order:
            order[found] = len(rows)
            rows.append({})
            rows[order[found]] = _mapped(table[classes.index(found)], renumber)
        return order[found]

    for index, operation in enumerate(operations):
        operations[index] = _mapped(operation, renumber)
    return rows


def _equivalent(table: list[Schema]) -> list[int]:
    classes = [0] * len(table)
    while True:
        names: dict[str, int] = {}
        refined = [
            names.setdefault(json.dumps([classes[i], _mapped(row, classes.__getitem__)]), len(names))
            for i, row in enumerate(table)
        ]
        if len(names) == len(set(classes)):
            return refined
        classes = refined


def _mapped(value: Any, number: Callable[[int], int]) -> Any:
    if isinstance(value, dict):
        return {k: number(v) if k == "$ref" and isinstance(v, int) else _mapped(v, number) for k, v in value.items()}
    if isinstance(value, list):
        return [_mapped(item, number) for item in value]
    return value
