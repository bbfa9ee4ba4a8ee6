"""Words of other languages mean what the English phrasings call it."""

from importlib.resources import files

from telnyx_tools.catalog.glossary import Glossary
from telnyx_tools.catalog.pieces import words

LINES = files("telnyx_tools.catalog").joinpath("glossary.txt").read_text(encoding="utf-8").splitlines()


def test_every_line_is_english_words_and_single_words_of_others_and_they_are_sorted() -> None:
    parted = sorted(line.split(" | ") for line in LINES)
    assert [" | ".join(parts) for parts in parted] == LINES
    assert [other for _, others in parted for other in others.split() if len(words(other)) != 1] == []
    assert [others for _, others in parted if len(set(others.split())) < len(others.split())] == []


def test_a_star_stands_for_any_ending_and_follows_three_letters_at_least() -> None:
    glossary = Glossary.load()
    assert ["delete", "remove"] in glossary.meanings("loschen")
    assert glossary.meanings("loschen") == glossary.meanings("loscht")
    assert min(map(len, glossary.beginnings)) >= 3


def test_an_inflected_word_has_the_meaning_of_its_longest_beginning_alone() -> None:
    glossary = Glossary({}, {"ver": [["see"]], "versch": [["send"]]})
    assert glossary.meanings("verschicken") == [["send"]]
    assert glossary.meanings("veo") == []


def test_a_word_of_no_other_language_has_no_meaning() -> None:
    assert Glossary.load().meanings("xylophone") == []
