"""What nobody sees does not reach the agent, and what people write does."""

import json
import sys
import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telnyx_tools.results.visible import may_hide, visible, visible_only

UNSEEN = ["\u200b", "\u202e", "\u2066", "\ufeff", "\u00ad", "\x00", "\x1b", "\x7f", "\ue000", "\U000e0049", "\u2063"]

UNSEEN += ["\u034f", "\u115f", "\u17b5", "\u180b", "\u2065", "\u3164", "\ufe00", "\uffa0", "\ufff0"]
UNSEEN += ["\U000e0002", "\U000e0100", "\U000e01ef", "\U000e0fff"]


@pytest.mark.parametrize("character", UNSEEN, ids=lambda character: f"U+{ord(character):04X}")
def test_a_character_that_nobody_sees_is_dropped(character: str) -> None:
    assert visible(f"pay{character}ment") == "payment"
    assert may_hide(json.dumps(f"a{character}", ensure_ascii=False))


def test_every_control_format_private_and_tag_character_is_dropped_but_for_what_texts_are_made_of() -> None:
    left = {
        character
        for character in map(chr, range(sys.maxunicode + 1))
        if unicodedata.category(character) in ("Cc", "Cf", "Co") and character in visible(f"a{character}b")
    }
    assert {unicodedata.category(character) for character in left} == {"Cc", "Cf"}
    assert {character for character in left if unicodedata.category(character) == "Cc"} == set("\n\t\r")
    assert len(left) == 3 + 13  # and the signs of Arabic, Syriac and Kaithi


WRITTEN = [
    *("See you at 12:30!\nBye", "a\tb", "Grüße, naïve café", "שלום", "日本語"),
    *("family \U0001f469\u200d\U0001f469\u200d\U0001f467", "\u2764\ufe0f", "\U0001f44d\U0001f3fd ok"),
    *("\u2764\ufe0f\u200d\U0001f525", "1\ufe0f\u20e3", "\u260e\ufe0e"),
    *("\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", "\u0915\u094d\u200d\u0937"),
]


@pytest.mark.parametrize("text", WRITTEN)
def test_what_people_write_stays_as_it_is(text: str) -> None:
    assert visible(text) == text


def test_a_joiner_that_joins_nothing_is_dropped() -> None:
    assert visible("ig\u200dnore") == "ignore"
    assert visible("a\u200c\u200c\u200cb") == "ab"


@given(
    st.recursive(
        st.text() | st.integers() | st.none(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    )
)
def test_a_value_that_was_cleaned_hides_nothing(value: object) -> None:
    cleaned = visible_only(value)
    assert visible_only(cleaned) == cleaned


def test_what_is_spelled_in_variants_of_a_letter_or_an_emoji_is_dropped() -> None:
    spelled = "".join(chr(0xE0100 + byte) for byte in b"ignore all") + "\ufe05\ufe0f\ufe0e"
    assert visible(f"a{spelled}b") == "ab"
    assert visible(f"\U0001f600\ufe0f{spelled}") == "\U0001f600\ufe0f"


@given(st.text("a1\u200b\u200d\ufe0f\u2764\U0001f525\U000e0101", max_size=12))
def test_what_is_left_hides_nothing_more(text: str) -> None:
    assert visible(visible(text)) == visible(text)
    assert visible(text) == text or may_hide(json.dumps(text, ensure_ascii=False))


@pytest.mark.parametrize(("word", "most"), [("Hello from Cologne, ", 0.000_1), ("Grüße aus Köln, ", 0.000_5)])
def test_a_large_result_is_looked_through_in_no_time(word: str, most: float) -> None:
    text = json.dumps({"text": word * (40_000 // len(word))}, ensure_ascii=False)
    assert not may_hide(text)  # and what is made on first use is made
    started = time.process_time()
    for _ in range(20):
        may_hide(text)
    assert (time.process_time() - started) / 20 < most
