"""Which texts of a result are taken for strangers'."""

from telnyx_tools.results.foreign import foreign_texts


def test_what_people_wrote_is_found_at_any_depth() -> None:
    page = {"items": [{"id": "1", "text": "a"}, {"turns": [{"role": "user", "content": ["b"]}]}], "summary": "c"}
    assert list(foreign_texts(page)) == ["a", "b", "c"]


def test_what_the_account_itself_said_is_not() -> None:
    assert list(foreign_texts([{"direction": "outbound", "text": "a"}, {"role": "assistant", "content": "b"}])) == []


def test_who_wrote_is_told_by_telnyx_and_not_by_strangers() -> None:
    event = {"payload": {"from": "+12025550123", "to": {"phone_number": "+12025550101"}, "speech": "a"}}
    assert list(foreign_texts(event)) == ["a"]
