"""An answer that is too large for clients is cut to what fits, and says what is missing and how to get it."""

import json
from typing import Any

import pytest

from telnyx_tools.results.bounded import bounded
from telnyx_tools.results.tokens import fits

MORE = 'detail="full" shows more'
WORDS = "The parcel is delayed; we call you back tomorrow. "


def cut(answer: dict[str, Any]) -> dict[str, Any]:
    found = bounded(answer, MORE)
    assert fits(json.dumps(found, ensure_ascii=False))
    assert found["too_long"]["…"].endswith(MORE)
    return found


def test_of_a_long_text_the_beginning_stays_and_the_rest_is_told() -> None:
    found = cut({"id": "1", "text": WORDS * 2_000})
    assert found["id"] == "1"
    assert found["text"].startswith(WORDS * 200)
    assert found["text"].endswith("…")
    assert found["too_long"]["text"] == "the end of 100,000 characters"


def test_of_a_long_list_the_first_items_stay_and_how_many_are_missing_is_told() -> None:
    found = cut({"items": [{"id": str(index), "text": WORDS * 4} for index in range(1_000)]})
    assert 20 <= len(found["items"]) < 1_000
    assert found["items"][0] == {"id": "0", "text": WORDS * 4}
    assert found["too_long"]["items"] == f"{1_000 - len(found['items']):,} of 1,000"


def test_short_texts_stay_whole_beside_a_long_one() -> None:
    found = cut({"transcript": WORDS * 4_000, "parts": [{"speaker": "one", "text": WORDS}] * 5})
    assert found["parts"] == [{"speaker": "one", "text": WORDS}] * 5
    assert found["too_long"].keys() == {"transcript", "…"}


def test_a_file_in_base64_is_left_out_whole() -> None:
    found = cut({"size": 30_000, "content_base64": "QUJD" * 10_000, "file": {"audio_base64": "QUJD" * 10_000}})
    assert "content_base64" not in found
    assert found["file"] == {}
    assert found["too_long"]["content_base64"] == "40,000 characters"


@pytest.mark.parametrize(
    "answer",
    [
        {"deep": [[[WORDS] * 20] * 20] * 20},
        {f"name{index}": WORDS * 10 for index in range(2_000)},
        {"names": {f"name{index}": "x" * 30 for index in range(20_000)}},
        {"x" * 100_000: 1},
    ],
)
def test_whatever_is_too_large_fits_in_the_end(answer: dict[str, Any]) -> None:
    cut(answer)
