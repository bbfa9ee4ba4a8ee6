"""No request that is let in keeps the others waiting: whatever it holds, refusing or building it takes milliseconds."""

import gc
import time
from collections.abc import Callable, Iterator
from typing import Any
from zlib import crc32

import pytest
from tests.contract.calling import CURATED, documented, play
from tests.sweeps import sweep

from telnyx_tools.api.values import MOST_VALUES
from telnyx_tools.catalog.catalog import Catalog
from telnyx_tools.catalog.operation import Operation
from telnyx_tools.groups.whole_api import CALLERS
from telnyx_tools.schema import kinds
from telnyx_tools.tool.arguments import MOST_MEMBERS
from telnyx_tools.tool.tool import Tool

OPERATIONS = Catalog.load().values()

MOST_SECS = 0.05
MOST_CHARACTERS = 1_000_000

Fill = Callable[[int], Any]
"""A value that holds so many values."""

FILLS: dict[str, Fill] = {
    "numbers": lambda count: [1] * count,
    "texts": lambda count: ["x"] * count,
    "objects": lambda count: [{} for _ in range(count)],
    "filled objects": lambda count: [{"type": "x", "id": 1, "name": 1} for _ in range(count // 4)],
    "members": lambda count: {f"webhook_evnt_ur{index}": 1 for index in range(count)},
    "deep lists": lambda count: [_deep(100) for _ in range(count // 100)],
    "JSON text": lambda count: "[" + ",".join(["{}"] * (count // 2)) + "]",
    "a long text": lambda count: "1" * (MOST_CHARACTERS * count // MOST_VALUES),
}


def _deep(levels: int) -> list[Any]:
    inner: list[Any] = []
    for _ in range(levels):
        inner = [inner]
    return inner


@pytest.fixture(autouse=True, scope="module")
def spared() -> Iterator[None]:
    """What the tests themselves keep is spared by the garbage collector, as what a server keeps is."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


def slow(name: str, arguments: dict[str, Any]) -> float:
    """The processor time of a call, where it is more than it may be; else 0."""
    for _ in range(3):  # the first one builds the validator, and another process may be in the way
        seconds = _timed(name, arguments)
        if seconds <= MOST_SECS:
            return 0.0
    return seconds


def _timed(name: str, arguments: dict[str, Any]) -> float:
    started = time.thread_time()
    played = play(name, arguments, documented)
    seconds = time.thread_time() - started
    assert len(played.text) < 50_000
    return seconds


@pytest.mark.parametrize("tool", CURATED, ids=lambda tool: tool.name)
def test_no_tool_is_kept_busy_by_what_its_arguments_hold(tool: Tool) -> None:
    schema = tool.input_schema
    names = list(schema["properties"])
    wide = [[name] for name, inner in schema["properties"].items() if kinds(inner) & {"array", "object"}]
    for form, fill in FILLS.items():
        for chosen in (names, *(wide if "object" in form else ())):
            arguments = {name: fill(MOST_VALUES // len(chosen)) for name in chosen}
            assert not slow(tool.name, arguments), (form, chosen)


@pytest.mark.parametrize("tool", CURATED, ids=lambda tool: tool.name)
def test_no_tool_is_kept_busy_by_the_names_of_its_arguments(tool: Tool) -> None:
    valid = next(iter(tool.input_schema["properties"]), "page")
    near = {f"{valid}_{index:03}".rjust(64, "_"): 1 for index in range(MOST_MEMBERS)}
    long = {f"{valid}{index}" + "x" * (MOST_CHARACTERS // MOST_MEMBERS): 1 for index in range(MOST_MEMBERS)}
    for arguments in (near, long, {f"{valid}_{index}": 1 for index in range(40_000)}):
        assert not slow(tool.name, arguments)


@pytest.mark.parametrize("group", sorted({operation.group for operation in OPERATIONS}))
def test_no_operation_is_kept_busy_by_what_it_is_given(group: str) -> None:
    own = [operation for operation in OPERATIONS if operation.group == group]
    sweep(own, lambda operation: operation.id, answers_soon)


def answers_soon(operation: Operation) -> None:
    """Each is asked in one form, so that there are many of every form."""
    names = list(operation.resolve(operation.body or {}).get("properties", {})) or ["id"]
    form = sorted(FILLS)[crc32(operation.id.encode()) % len(FILLS)]
    filled = {name: FILLS[form](MOST_VALUES // len(names)) for name in names}
    for given in ({"body": filled}, {"body": FILLS["members"](MOST_VALUES)}, {"query": FILLS[form](MOST_VALUES)}):
        assert not slow(CALLERS[operation.effect], {"endpoint": operation.id, **given}), form
