"""Paths: whatever the id, the operation that is called stays the one of the template."""

from urllib.parse import unquote

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from telnyx_tools.api.errors import InvalidArgument
from telnyx_tools.api.paths import build_path
from telnyx_tools.catalog.catalog import Catalog

TRAVERSALS = [
    "../phone_numbers/123",
    "..%2fphone_numbers",
    "..%252fphone_numbers",
    "%2e%2e",
    "%2E.",
    "%252e%252e",
    ".",
    "..",
    "..;",
    "..;a=b",
    "a/b",
    "a%2Fb",
    "/phone_numbers",
    "..\\phone_numbers",
    "a%5cb",
]
tricky = st.lists(
    st.sampled_from([".", "..", "/", "\\", "%", "2e", "2F", "25", "?", "#", ";", "=", "&", "+", ":", "é", "a", " "])
    | st.characters(),
    max_size=12,
).map("".join)


@pytest.mark.parametrize("value", TRAVERSALS)
def test_an_id_that_could_lead_elsewhere_is_refused_and_the_argument_named(value: str) -> None:
    with pytest.raises(InvalidArgument) as caught:
        build_path("/integration_secrets/{id}", {"id": value})
    assert caught.value.argument == "id"


@pytest.mark.parametrize("value", ["", "a\nb", "a\x00", "a%00", "a%0d%0ab", "\x85", "\ud800", "x" * 1001])
def test_an_empty_long_or_unprintable_id_is_refused(value: str) -> None:
    with pytest.raises(InvalidArgument, match=r" id$"):
        build_path("/messages/{id}", {"id": value})


def test_an_id_encoded_more_often_than_any_server_decodes_is_refused() -> None:
    with pytest.raises(InvalidArgument, match="id"):
        build_path("/messages/{id}", {"id": "%" + "25" * 20 + "41"})


@pytest.mark.parametrize(
    ("value", "segment"),
    [
        ("x?y=z", "x%3Fy=z"),
        ("x#y", "x%23y"),
        ("v3:T02llQxIyaRkhfRKxgAP8nY511EhFLizdvdUKJiSw8d6A9BborherQ", None),
        ("+12025550123", "+12025550123"),
        ("100%", "100%25"),
        ("a%41", "a%2541"),
        ("Zürich", "Z%C3%BCrich"),
        ("a.b..c", "a.b..c"),
        ("...", "..."),
    ],
)
def test_every_other_id_becomes_one_encoded_segment(value: str, segment: str | None) -> None:
    assert build_path("/calls/{id}/actions", {"id": value}) == f"/calls/{segment or value}/actions"


def test_names_of_stored_objects_may_hold_slashes_but_no_dot_segments() -> None:
    template = "/storage/buckets/{bucket_name}/{object_name}/presigned_url"
    path = build_path(template, {"bucket_name": "b", "object_name": "2026/invoice.pdf"})
    assert path == "/storage/buckets/b/2026%2Finvoice.pdf/presigned_url"
    with pytest.raises(InvalidArgument, match=r" object_name$"):
        build_path(template, {"bucket_name": "b", "object_name": "2026/../../other/key"})


def test_the_id_of_a_call_may_hold_a_slash_of_base64_which_stays_inside_its_segment() -> None:
    call_id = "v3:abc/def+ghi-_=="
    path = build_path("/calls/{call_control_id}/actions/speak", {"call_control_id": call_id})
    assert path == "/calls/v3:abc%2Fdef+ghi-_==/actions/speak"
    found = Catalog.load().match("POST", path)
    assert found is not None
    assert (found[0].id, found[1]) == ("calls.actions.speak", {"call_control_id": call_id})


@pytest.mark.parametrize(
    "value",
    ["abc/def", "v3:abc/../def", "v3:abc/./def", "v3:abc%2Fdef", "v3:abc/def?x", "v3:abc\\def", "v3:/../x", "/v3:a"],
)
def test_whatever_else_holds_a_slash_is_the_id_of_no_call(value: str) -> None:
    with pytest.raises(InvalidArgument, match=r" call_control_id$"):
        build_path("/calls/{call_control_id}/actions/speak", {"call_control_id": value})


def test_a_segment_may_end_in_the_templates_own_text() -> None:
    assert build_path("/Recordings/{sid}.json", {"sid": "RE1"}) == "/Recordings/RE1.json"


@pytest.mark.parametrize("ids", [{}, {"id": "1", "other": "2"}, {"other": "2"}])
def test_ids_that_do_not_fit_the_template_are_a_programming_error(ids: dict[str, str]) -> None:
    with pytest.raises(TypeError, match="messages"):
        build_path("/messages/{id}", ids)


@given(tricky)
def test_the_decoded_path_has_exactly_the_segments_of_the_template(value: str) -> None:
    try:
        path = build_path("/calls/{id}/actions/hangup", {"id": value})
    except InvalidArgument:
        return
    url = httpx2.URL(f"https://api.telnyx.com/v2{path}?page=1")
    for decoded in (url.path, unquote(url.raw_path.decode().partition("?")[0])):
        assert decoded.split("/") == ["", "v2", "calls", value, "actions", "hangup"]
    assert (url.query, url.fragment) == (b"page=1", "")
