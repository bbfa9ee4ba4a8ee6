"""How a request says what it wants to see; what means nothing is refused, never ignored."""

import pytest

from telnyx_remote_mcp.gate.select_surface import HEADERS, requested
from telnyx_remote_mcp.surface.selection import BadSelection, Selection


def test_nothing_said_is_nothing_asked() -> None:
    assert requested(None, [], []) == Selection()


def test_every_part_can_be_said_by_query() -> None:
    query = [
        ("surface", "full"),
        ("groups", "messaging, call-control"),
        ("tools", "get_balance,send_message"),
        ("exclude_tools", "get_message"),
        ("read_only", "true"),
    ]
    assert requested(None, query, []) == Selection(
        surface="full",
        groups=("call_control", "messaging"),
        tools=("get_balance", "send_message"),
        exclude_tools=("get_message",),
        read_only=True,
    )


def test_every_part_can_be_said_by_header() -> None:
    by_query = requested(None, [("groups", "a"), ("tools", "b"), ("exclude_tools", "c"), ("read_only", "1")], [])
    by_header = requested(
        None,
        [],
        [
            ("x-mcp-toolsets", "a"),
            ("x-mcp-tools", "b"),
            ("x-mcp-exclude-tools", "c"),
            ("x-mcp-readonly", "1"),
        ],
    )
    assert by_header == by_query
    assert requested(None, [], [("x-mcp-surface", "compact")]).surface == "compact"


def test_the_query_wins_over_the_header() -> None:
    selection = requested(None, [("groups", "numbers")], [("x-mcp-toolsets", "messaging"), ("x-mcp-readonly", "true")])
    assert selection == Selection(groups=("numbers",), read_only=True)


@pytest.mark.parametrize("slug", ["call-control", "call_control"])
def test_a_slug_may_have_hyphens(slug: str) -> None:
    assert requested(slug, [], []).slug == "call_control"


def test_order_repetition_and_space_of_names_do_not_count() -> None:
    one = requested(None, [("groups", "b, a,,b ")], [])
    assert one == requested(None, [("groups", "a,b")], [])


@pytest.mark.parametrize(
    ("value", "expected"), [("true", True), ("TRUE", True), ("1", True), ("false", False), ("0", False)]
)
def test_a_flag_is_true_or_false(value: str, expected: bool) -> None:
    assert requested(None, [("read_only", value)], []).read_only is expected


@pytest.mark.parametrize("value", ["yes", "on", "", "2", "true,true"])
def test_any_other_flag_is_refused(value: str) -> None:
    with pytest.raises(BadSelection, match=r"Unknown value of read_only .*Valid: true, false\."):
        requested(None, [("read_only", value)], [])
    with pytest.raises(BadSelection, match="Unknown value of read_only"):
        requested(None, [], [("x-mcp-readonly", value)])


@pytest.mark.parametrize(
    ("name", "hint"), [("readonly", "Did you mean read_only?"), ("toolset", ""), ("group", "Did you mean groups?")]
)
def test_an_unknown_parameter_is_refused_with_the_valid_ones(name: str, hint: str) -> None:
    with pytest.raises(BadSelection) as caught:
        requested(None, [(name, "true")], [])
    assert f"Unknown query parameter '{name}'" in str(caught.value)
    assert hint in str(caught.value)
    assert str(caught.value).endswith("Valid: surface, groups, tools, exclude_tools, read_only, policy.")


def test_an_unknown_header_of_ours_is_refused_with_the_valid_ones() -> None:
    with pytest.raises(BadSelection) as caught:
        requested(None, [], [("x-mcp-read-only", "true")])
    assert "Did you mean x-mcp-readonly?" in str(caught.value)


def test_an_unknown_surface_is_refused_with_the_valid_ones() -> None:
    with pytest.raises(
        BadSelection, match=r"Unknown surface 'ful'. Did you mean full\? Valid: default, full, compact\."
    ):
        requested(None, [("surface", "ful")], [])


@pytest.mark.parametrize("name", HEADERS)
def test_what_is_said_twice_is_refused(name: str) -> None:
    with pytest.raises(BadSelection, match="more than once"):
        requested(None, [(name, "true"), (name, "false")], [])
    with pytest.raises(BadSelection, match="more than once"):
        requested(None, [], [(HEADERS[name], "true"), (HEADERS[name], "false")])
