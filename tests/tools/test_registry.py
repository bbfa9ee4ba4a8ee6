"""The registry: every group, every tool, by one name each."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from telnyx_tools import groups
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
    "made",
    [
        [group("a", one=()), group("b", one=())],
        [group("a", one=("two",), two=())],
        [group("a", one=("former",), two=("former",))],
        [group("a", one=("one",))],
    ],
)
def test_two_tools_of_one_name_are_an_error(made: list[Group]) -> None:
    with pytest.raises(ValueError, match="Two tools are called"):
        Registry(lambda: made).find("one")


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


def test_every_function_that_is_declared_a_tool_is_one() -> None:
    """No module, and no package of a group, can be forgotten."""
    assert {(tool.function.__module__, tool.name) for tool in registry().tools.values()} == set(_declared())


def _declared() -> Iterator[tuple[str, str]]:
    for file in Path(groups.__path__[0]).rglob("*.py"):
        module = ".".join(("telnyx_tools", "groups", *file.relative_to(groups.__path__[0]).with_suffix("").parts))
        for node in ast.parse(file.read_text("utf-8")).body:
            if isinstance(node, ast.AsyncFunctionDef) and any(map(_declares, node.decorator_list)):
                yield module, node.name


def _declares(decorator: ast.expr) -> bool:
    return isinstance(decorator, ast.Call) and ast.unparse(decorator.func).endswith(".tool")


def test_the_groups_are_known_without_their_tools_and_each_loads_its_own() -> None:
    assert subprocess.run([sys.executable, "-c", LOADING], check=False).returncode == 0


LOADING = """
import sys
from telnyx_tools.registry import registry

def loaded(group):
    return any(name.startswith(f"telnyx_tools.groups.{group}.") for name in sys.modules)

groups = registry().groups
assert groups["verify"].title and not loaded("verify")
assert groups["verify"].tools and loaded("verify") and not loaded("messaging")
"""


def test_the_order_of_tools_does_not_depend_on_what_was_imported_first() -> None:
    names = [tool.name for tool in registry().groups["connections"].tools]
    run = subprocess.run([sys.executable, "-c", ORDER], check=True, capture_output=True, text=True)
    assert run.stdout.split() == names


ORDER = """
import telnyx_tools.groups.connections.texml_applications
from telnyx_tools.registry import registry
print(*[tool.name for tool in registry().groups["connections"].tools])
"""
