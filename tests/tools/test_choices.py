"""Choices in the signatures of tools.

Python takes `Literal["a", "b"]` and `Literal["b", "a"]` for the same type and may give back either for both, whichever
came first: the schema of a tool would depend on what was loaded before it.
"""

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import telnyx_tools

SOURCES = Path(telnyx_tools.__file__).parent


def choices() -> Iterator[tuple[object, ...]]:
    """The values of every `Literal` that is written out."""
    for file in SOURCES.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and node.value.id == "Literal":
                values = ast.literal_eval(node.slice)
                yield values if isinstance(values, tuple) else (values,)


def test_the_same_choices_are_always_given_in_the_same_order() -> None:
    orders: defaultdict[frozenset[object], set[tuple[object, ...]]] = defaultdict(set)
    for values in choices():
        orders[frozenset(values)].add(values)
    assert [each for each in orders.values() if len(each) > 1] == []
