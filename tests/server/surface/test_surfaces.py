"""Which tools a request sees: the operator's choice is the ceiling, a request only narrows it."""

import pytest
from tests.server.things import things

from telnyx_remote_mcp.surface.permission import Level, permission
from telnyx_remote_mcp.surface.selection import SURFACES, Selection, UnknownChoice
from telnyx_remote_mcp.surface.surfaces import Surface, Surfaces
from telnyx_tools.registry import registry

ALL = ["list_texts", "send_text", "update_text", "list_lines", "delete_line"]


def surfaces(**ceiling: object) -> Surfaces:
    return Surfaces(things(), Selection(**ceiling))


def seen(selection: Selection, **ceiling: object) -> list[str]:
    return list(surfaces(**ceiling).of(selection).tools)


def test_nothing_asked_is_the_core_of_every_group() -> None:
    assert seen(Selection()) == ["list_texts", "send_text", "delete_line"]
    assert seen(Selection(surface="default")) == seen(Selection())


def test_full_is_everything_in_the_order_of_the_registry() -> None:
    assert seen(Selection(surface="full")) == ALL


def test_compact_is_what_is_marked_so() -> None:
    assert seen(Selection(surface="compact")) == ["list_lines"]


def test_the_names_of_the_surfaces_are_these() -> None:
    assert SURFACES == ("default", "full", "compact")


def test_a_named_group_comes_whole() -> None:
    assert seen(Selection(groups=("texts",))) == ["list_texts", "send_text", "update_text"]


def test_an_app_is_its_group_whole() -> None:
    assert seen(Selection(slug="phone_lines")) == ["list_lines", "delete_line"]


def test_named_tools_are_shown_whether_core_or_not() -> None:
    assert seen(Selection(tools=("update_text", "list_lines"))) == ["update_text", "list_lines"]


def test_groups_and_tools_add_up() -> None:
    assert seen(Selection(groups=("phone_lines",), tools=("update_text",))) == [
        "update_text",
        "list_lines",
        "delete_line",
    ]


def test_an_excluded_tool_is_gone_even_if_named() -> None:
    assert seen(Selection(groups=("texts",), exclude_tools=("send_text",))) == ["list_texts", "update_text"]
    assert seen(Selection(tools=("send_text",), exclude_tools=("send_text",))) == []


def test_an_alias_selects_and_excludes_its_tool() -> None:
    assert seen(Selection(tools=("send_sms",))) == ["send_text"]
    assert "send_text" not in seen(Selection(exclude_tools=("send_sms",)))


def test_read_only_leaves_the_reads() -> None:
    assert seen(Selection(surface="full", read_only=True)) == ["list_texts", "list_lines"]


def test_a_named_surface_narrows_what_else_is_asked() -> None:
    assert seen(Selection(surface="default", groups=("texts",))) == ["list_texts", "send_text"]


@pytest.mark.parametrize(
    "ceiling",
    [
        {"groups": ("texts",)},
        {"tools": ("list_lines",)},
        {"exclude_tools": ("send_text",)},
        {"read_only": True},
        {"groups": ("texts",), "exclude_tools": ("send_sms",), "read_only": True},
    ],
)
@pytest.mark.parametrize(
    "selection",
    [
        Selection(),
        Selection(surface="full"),
        Selection(slug="texts"),
        Selection(slug="phone_lines"),
        Selection(groups=("phone_lines", "texts")),
        Selection(tools=("send_text", "delete_line", "list_lines")),
        Selection(groups=("texts",), tools=tuple(ALL)),
    ],
)
def test_no_request_goes_beyond_the_operators_choice(selection: Selection, ceiling: dict[str, object]) -> None:
    allowed = set(seen(Selection(surface="full"), **ceiling))
    surface = surfaces(**ceiling).of(selection)
    assert surface.tools.keys() <= allowed
    assert surface.reachable.keys() <= allowed
    assert all(surface.find(name) is None for name in set(ALL) - allowed)


def test_an_operators_choice_of_groups_or_tools_is_shown_whole() -> None:
    assert seen(Selection(), groups=("texts",)) == ["list_texts", "send_text", "update_text"]
    assert seen(Selection(), tools=("update_text",)) == ["update_text"]
    assert seen(Selection(), read_only=True) == ["list_texts"]


def test_what_is_not_seen_cannot_be_found() -> None:
    surface = surfaces().of(Selection(slug="texts", read_only=True))
    assert surface.find("list_texts") is not None
    assert surface.find("send_text") is surface.find("send_sms") is surface.find("no_such_tool") is None


def test_an_alias_is_found_and_never_listed() -> None:
    surface = surfaces().of(Selection())
    assert surface.find("send_sms") is surface.tools["send_text"]
    assert "send_sms" not in surface.tools


def test_the_generic_tools_reach_beyond_a_named_surface_but_not_beyond_a_narrowing() -> None:
    assert list(surfaces().of(Selection(surface="compact")).reachable) == ALL
    narrowed = surfaces().of(Selection(surface="compact", groups=("phone_lines",), read_only=True))
    assert list(narrowed.reachable) == ["list_lines"]


def test_a_surface_tells_its_groups_and_whether_it_is_read_only() -> None:
    surface = surfaces().of(Selection(tools=("list_lines", "list_texts"), read_only=True))
    assert surface.groups == ["texts", "phone_lines"]
    assert surface.read_only
    assert surfaces(read_only=True).of(Selection()).read_only
    assert surfaces(groups=("texts",)).groups == ["texts"]


@pytest.mark.parametrize(
    ("selection", "said"),
    [
        (Selection(groups=("text",)), "Unknown group 'text'. Did you mean texts? Valid: texts, phone_lines."),
        (Selection(tools=("sendtext",)), "Unknown tool 'sendtext'. Did you mean send_text? Valid: list_texts, "),
        (Selection(exclude_tools=("zzz",)), "Unknown tool 'zzz'. Valid: list_texts, "),
    ],
)
def test_an_unknown_name_is_refused_with_the_valid_ones(selection: Selection, said: str) -> None:
    with pytest.raises(UnknownChoice) as caught:
        surfaces().of(selection)
    assert str(caught.value).startswith(said)
    with pytest.raises(UnknownChoice):
        Surfaces(things(), selection)


@pytest.mark.parametrize(
    ("selection", "valid"),
    [
        (Selection(groups=("zzz",)), "Valid: texts."),
        (Selection(tools=("zzz",)), "Valid: list_texts, update_text."),
        (Selection(exclude_tools=("zzz",)), "Valid: list_texts, update_text."),
    ],
)
def test_valid_in_a_request_is_what_the_operator_offers(selection: Selection, valid: str) -> None:
    with pytest.raises(UnknownChoice) as caught:
        surfaces(groups=("texts",), exclude_tools=("send_text",)).of(selection)
    assert str(caught.value).endswith(valid)


def test_what_is_unknown_is_not_quoted_at_length() -> None:
    with pytest.raises(UnknownChoice) as caught:
        surfaces().of(Selection(groups=("x" * 100_000,)))
    assert len(str(caught.value)) < 200


def test_equal_selections_are_one_surface_and_only_so_many_are_kept() -> None:
    kept = Surfaces(things(), Selection(), kept=2)
    first: Surface = kept.of(Selection(slug="texts"))
    assert kept.of(Selection(slug="texts")) is first
    for name in ALL:
        kept.of(Selection(tools=(name,)))
    assert kept.of(Selection(slug="texts")) is not first


FULL = Selection(surface="full")


def test_a_request_sees_no_more_than_a_person_permitted() -> None:
    surface = surfaces().of(FULL, permission({"phone_lines": Level.LOOK}))
    assert list(surface.tools) == list(surface.reachable) == ["list_lines", "delete_line"]
    assert surface.exceeded_by(surface.tools["delete_line"])
    assert not surface.exceeded_by(surface.tools["list_lines"])
    assert surface.find("send_text") is None


def test_a_request_narrows_what_was_permitted_further() -> None:
    phone_lines = permission({"phone_lines": Level.SPEND})
    assert list(surfaces().of(Selection(groups=("texts",)), phone_lines).tools) == []
    assert list(surfaces().of(FULL).tools) == ALL


def test_a_permission_for_a_product_that_is_gone_permits_nothing_and_is_no_error() -> None:
    assert list(surfaces().of(FULL, permission({"letters": Level.SPEND})).tools) == []


def test_surfaces_of_different_permissions_are_kept_apart() -> None:
    kept = surfaces()
    whole, part = kept.of(FULL), kept.of(FULL, permission({"texts": Level.LOOK}))
    assert whole is not part
    assert kept.of(FULL, permission({"texts": Level.LOOK})) is part


def test_where_generic_tools_are_listed_every_tool_within_reach_can_be_called_by_its_own_name() -> None:
    whole = Surfaces(registry(), Selection())
    for selection in (Selection(), Selection(surface="compact"), FULL):
        surface = whole.of(selection)
        assert surface.find("list_recordings") is registry().tools["list_recordings"]
        assert surface.tools.keys() >= {"search_tools", "describe_tool"}
    narrowed = whole.of(Selection(slug="messaging"))
    assert narrowed.find("list_recordings") is None
    assert whole.of(Selection(exclude_tools=("list_recordings",))).find("list_recordings") is None
    assert whole.of(Selection(read_only=True)).find("send_message") is None
