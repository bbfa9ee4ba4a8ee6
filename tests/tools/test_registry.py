"""The registry: every group, every tool, by one name each."""

import pytest

from telnyx_tools.registry import Registry, registry
from telnyx_tools.results.result import Result
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.group import Group


async def one() -> Result: ...


async def two() -> Result: ...


def group(name: str, **aliases: tuple[str, ...]) -> Group:
    made = Group(name, title=name, summary=name)
    for function in (one, two):
        if function.__name__ in aliases:
            made.tool(effect=Effect.READ, scope="x", aliases=aliases[function.__name__])(function)
    return made


def test_tools_are_in_the_order_of_their_groups() -> None:
    made = Registry(lambda: [group("b", two=()), group("a", one=())])
    assert list(made.groups) == ["b", "a"]
    assert list(made.tools) == ["two", "one"]


def test_an_alias_is_found_and_not_listed() -> None:
    made = Registry(lambda: [group("a", one=("former_name",))])
    assert made.find("former_name") is made.tools["one"]
    assert "former_name" not in made.tools
    assert made.find("other") is None


@pytest.mark.parametrize(
    "groups",
    [
        [group("a", one=()), group("b", one=())],
        [group("a", one=("two",), two=())],
        [group("a", one=("former",), two=("former",))],
        [group("a", one=("one",))],
    ],
)
def test_two_tools_of_one_name_are_an_error(groups: list[Group]) -> None:
    with pytest.raises(ValueError, match="Two tools are called"):
        Registry(lambda: groups).find("one")


def test_groups_are_loaded_once_and_not_before_somebody_asks() -> None:
    loads: list[int] = []

    def load() -> list[Group]:
        loads.append(1)
        return [group("a", one=())]

    made = Registry(load)
    assert loads == []
    assert (list(made.tools), list(made.groups), made.find("two")) == (["one"], ["a"], None)
    assert loads == [1]


def test_there_is_one_registry() -> None:
    assert registry() is registry()
