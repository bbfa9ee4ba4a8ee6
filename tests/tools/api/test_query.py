"""Query strings as Telnyx documents them."""

from datetime import UTC, date, datetime, timedelta, timezone
from enum import StrEnum
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telnyx_tools.api.errors import InvalidArgument
from telnyx_tools.api.query import Query, encode_query


class Status(StrEnum):
    QUEUED = "queued"


@pytest.mark.parametrize(
    ("query", "pairs"),
    [
        ({"page": {"number": 2, "size": 20}}, [("page[number]", "2"), ("page[size]", "20")]),
        ({"filter": {"phone_number": {"contains": "202"}}}, [("filter[phone_number][contains]", "202")]),
        ({"features": ["sms", "voice", None]}, [("features", "sms,voice")]),
        ({"a": None, "b": [], "c": {}, "d": {"e": None}, "f": [None]}, []),
        ({"a": "", "d": {"e": ""}, "f": [""], "g": ["", "x"]}, [("g", "x")]),
        ({"yes": True, "no": False, "list": [True]}, [("yes", "true"), ("no", "false"), ("list", "true")]),
        ({"rate": 0.5, "zero": 0}, [("rate", "0.5"), ("zero", "0")]),
        ({"status": Status.QUEUED}, [("status", "queued")]),
        ({"on": date(2026, 1, 2)}, [("on", "2026-01-02")]),
        ({"at": datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)}, [("at", "2026-01-02T03:04:05Z")]),
        (
            {"at": datetime(2026, 1, 2, 3, tzinfo=timezone(timedelta(hours=2)))},
            [("at", "2026-01-02T01:00:00Z")],
        ),
        ({"to": "+12025550123", "q": "a b&c=d#e%41"}, [("to", "+12025550123"), ("q", "a b&c=d#e%41")]),
    ],
)
def test_values_take_the_form_that_telnyx_reads(query: Query, pairs: list[tuple[str, str]]) -> None:
    assert parse_qsl(encode_query(query), keep_blank_values=True) == pairs


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "\ud800", ["a,b"], [float("nan")]])
def test_a_value_that_cannot_be_sent_is_refused_by_its_key(value: float | str | list[str]) -> None:
    with pytest.raises(InvalidArgument) as caught:
        encode_query({"filter": {"x": value}})
    assert caught.value.argument == "filter[x]"


@given(st.dictionaries(st.text(st.characters(codec="utf-8"), min_size=1), st.text(st.characters(codec="utf-8"))))
def test_no_text_can_add_or_change_a_parameter_and_none_is_empty(query: dict[str, str]) -> None:
    given = [(name, value) for name, value in query.items() if value]
    assert parse_qsl(encode_query(query), keep_blank_values=True) == given
