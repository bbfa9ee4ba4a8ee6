"""Every call is carried out on one way: through each step once, whoever makes it."""

from dataclasses import dataclass, field
from typing import Any

import httpx2
import pytest
from tests import contexts
from tests.wires import MockWire

from telnyx_remote_mcp.auth.caller import Caller
from telnyx_remote_mcp.calls.call import Call
from telnyx_remote_mcp.calls.dispatch import NotAllowed
from telnyx_remote_mcp.calls.pipeline import Next
from telnyx_remote_mcp.guardrails.permission import NotPermitted, PermissionGuard
from telnyx_remote_mcp.surface.selection import Selection
from telnyx_remote_mcp.surface.surfaces import Surfaces
from telnyx_tools.api.client import Api, Credential
from telnyx_tools.registry import registry
from telnyx_tools.results.result import Result
from telnyx_tools.tool.context import Actions
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.group import Group

pytestmark = pytest.mark.anyio

TOOLS = registry().tools
TEXT = {"to": "+12025550123", "from_number": "+12025550124", "text": "hello"}
BODY = {"to": "+12025550123", "from": "+12025550124", "text": "hello"}
WAYS: dict[str, tuple[str, dict[str, Any], str]] = {
    "a tool": ("send_message", TEXT, "send_message"),
    "a tool inside a generic tool": (
        "write_api_endpoint",
        {"endpoint": "send_message", "arguments": TEXT},
        "send_message",
    ),
    "an operation of the API": ("write_api_endpoint", {"endpoint": "messages.send", "body": BODY}, "messages.send"),
}


@dataclass
class Notes:
    """A step that notes what passes it."""

    name: str = ""
    passed: list[Call] = field(default_factory=list)
    order: list[str] = field(default_factory=list)

    async def __call__(self, call: Call, proceed: Next) -> Result:
        self.passed.append(call)
        self.order.append(f"{self.name} in")
        result = await proceed(call)
        self.order.append(f"{self.name} out")
        return result


class Stop:
    """A step that lets nothing pass."""

    async def __call__(self, call: Call, proceed: Next) -> Result:
        raise NotAllowed(call.action.name, "a test says so")


def telnyx(request: httpx2.Request) -> httpx2.Response:
    return httpx2.Response(200, json={"data": {"id": "1"}})


def unasked(request: httpx2.Request) -> httpx2.Response:
    raise AssertionError("it was sent")


@pytest.mark.parametrize("way", WAYS)
async def test_an_effect_passes_every_step_once_on_every_way(way: str) -> None:
    name, arguments, effective = WAYS[way]
    order: list[str] = []
    first, second = Notes("first", order=order), Notes("second", order=order)
    async with Api(wire=MockWire(telnyx)) as api:
        await contexts.dispatch(api, [first, second])(contexts.call(TOOLS[name], arguments))
    (seen,), (also,) = first.passed, second.passed
    assert seen is also
    assert (seen.action.name, seen.action.effect) == (effective, Effect.SPENDS)
    assert (seen.parent.action.name if seen.parent else None) == (None if name == effective else name)
    assert seen.caller == contexts.TESTER
    assert order == ["first in", "second in", "second out", "first out"]


@pytest.mark.parametrize("way", WAYS)
async def test_a_step_that_refuses_keeps_everything_from_being_sent_on_every_way(way: str) -> None:
    name, arguments, _ = WAYS[way]
    async with Api(wire=MockWire(unasked)) as api:
        with pytest.raises(NotAllowed):
            await contexts.dispatch(api, [Stop()])(contexts.call(TOOLS[name], arguments))


@pytest.mark.parametrize("way", WAYS)
async def test_a_scope_that_is_missing_is_refused_on_every_way(way: str) -> None:
    name, arguments, _ = WAYS[way]
    reader = Caller("p", Credential("KEYtest"), "oauth", frozenset({"messaging.read", "account_management.write"}))
    async with Api(wire=MockWire(unasked)) as api:
        with pytest.raises(NotPermitted) as caught:
            await contexts.dispatch(api, [PermissionGuard()])(contexts.call(TOOLS[name], arguments, caller=reader))
    assert caught.value.describe()["code"] == "not_permitted"
    assert "messaging.write" in caught.value.title


async def test_what_a_surface_leaves_out_cannot_be_reached_by_a_tool_that_asks_for_it_itself() -> None:
    group = Group("own", title="Own", summary="Tools of a test.")

    @group.tool(effect=Effect.READ, scope="own.read")
    async def send_anyway(actions: Actions) -> Result:
        """Call a tool without looking whether that is allowed."""
        return await actions.call(TOOLS["send_message"], TEXT)

    narrow = Surfaces(registry(), Selection()).of(Selection(groups=("account", "api")))
    async with Api(wire=MockWire(unasked)) as api:
        with pytest.raises(NotAllowed):
            await contexts.dispatch(api)(contexts.call(group.tools[0], {}, narrow))


def test_every_generic_tool_names_its_target_and_no_other_tool_does() -> None:
    generic = {name for name, tool in TOOLS.items() if tool.target is not None}
    assert generic == {"read_api_endpoint", "write_api_endpoint", "delete_api_endpoint"}
    assert all(tool.target in tool.input_schema["required"] for tool in TOOLS.values() if tool.target is not None)
    changes_nothing_of_its_own = {n for n, t in TOOLS.items() if not (t.calls or t.s3 or t.effect is Effect.READ)}
    assert changes_nothing_of_its_own <= generic | {"confirm_approval"}  # which changes what this server keeps
