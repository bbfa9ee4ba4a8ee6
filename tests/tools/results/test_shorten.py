"""JSON values cut to a size, in whatever direction they are large."""

import json
from typing import Any

import pytest

from telnyx_tools.results.shorten import shorten


@pytest.mark.parametrize(
    "value",
    [
        {f"k{index}": 1 for index in range(50_000)},
        {"metadata": {f"k{index}": "x" * 100 for index in range(50_000)}},
        [{f"k{index}": 1 for index in range(5_000)}] * 10,
        ["x" * 50_000] * 50,
    ],
    ids=["wide object", "inner wide object", "list of wide objects", "long texts"],
)
@pytest.mark.parametrize("budget", [8_000, 40_000])
def test_a_value_that_is_large_in_any_direction_fits(value: Any, budget: int) -> None:
    shorter, cut = shorten(value, budget)
    assert cut
    assert len(json.dumps(shorter, ensure_ascii=False)) <= 1.1 * budget


def test_a_wide_object_keeps_its_first_fields_and_says_how_many_more_there_are() -> None:
    shorter, _ = shorten({f"k{index}": "x" * 30 for index in range(1_000)}, 10_000)
    assert list(shorter)[:2] == ["k0", "k1"]
    assert shorter["…"] == f"({1_000 - (len(shorter) - 1)} more)"
