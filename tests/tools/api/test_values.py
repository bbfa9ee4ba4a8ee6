"""How many values a JSON document holds, without parsing it."""

import json
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from telnyx_tools.api.values import MOST_VALUES, values_in

DOCUMENTS = st.recursive(
    st.none() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
)


def counted(value: Any) -> int:
    """The members and items at all depths, an empty list or object counting as one."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return (max(len(inner), 1) if isinstance(value, dict | list) else 0) + sum(map(counted, inner))


@settings(deadline=None, max_examples=50)
@given(DOCUMENTS)
def test_every_member_and_item_counts_and_no_comma_of_a_text_does(document: Any) -> None:
    texts = ["a, b", "[{", "x"] * (MOST_VALUES // 3)
    value = {"texts": texts, "document": document}
    assert values_in(json.dumps(value).encode()) == counted(value)


def test_a_document_without_many_commas_is_not_looked_at_closely() -> None:
    assert values_in(b'{"text":"a, b, c"}') == 3


@pytest.mark.parametrize("unit", [b'"",', b'"\\\\",', b'"a\\"b",', b"{},", b"[", b'{"a":'])
def test_no_document_of_the_largest_size_takes_long(unit: bytes) -> None:
    document = b"[" + unit * (1_000_000 // len(unit)) + b"1]"
    started = time.thread_time()
    assert values_in(document) > MOST_VALUES
    assert time.thread_time() - started < 0.1


def test_the_limit_leaves_room_for_an_embedding_and_its_text() -> None:
    vector = json.dumps({"text": "word, " * 100_000, "vector": [0.25] * 3_072}).encode()
    assert values_in(vector) <= MOST_VALUES
