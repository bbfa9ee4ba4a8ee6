"""What moves money, lifts limits, makes credentials or gives numbers away is off until the operator allows its kind."""

import contextlib
import json

import httpx2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests import contexts
from tests.contract.arguments import arguments
from tests.contract.calling import documented, operation_of, run
from tests.wires import MockWire

from telnyx_remote_mcp.calls.dispatch import NotAllowed
from telnyx_remote_mcp.guardrails.sensitive import SensitiveGuard
from telnyx_remote_mcp.settings import Settings
from telnyx_remote_mcp.surface.kinds import DOES, KINDS
from telnyx_remote_mcp.surface.selection import Selection
from telnyx_remote_mcp.surface.surfaces import Surface, Surfaces
from telnyx_tools.api.client import Api
from telnyx_tools.api.errors import TelnyxError
from telnyx_tools.argument_errors import InvalidArguments
from telnyx_tools.catalog.action import OperationAction
from telnyx_tools.catalog.catalog import Catalog
from telnyx_tools.groups.whole_api import CALLERS
from telnyx_tools.registry import registry
from telnyx_tools.schema import members
from telnyx_tools.tool.tool import Tool

CATALOG = Catalog.load()
CURATED_TOO = {"limits", "transfer"}
"""The kinds of fields that the operator has to allow for curated tools as well."""
SENSITIVE = [OperationAction(operation) for operation in CATALOG.values() if operation.kinds]


def surface(*allowed: str) -> Surface:
    return Surfaces(registry(), Selection(), allowed=allowed).of(Selection(surface="full"))


def unasked(request: httpx2.Request) -> httpx2.Response:
    raise AssertionError("it was sent")


@pytest.mark.parametrize("action", SENSITIVE, ids=lambda action: action.name)
def test_an_operation_needs_each_of_its_kinds_to_be_allowed(action: OperationAction) -> None:
    assert surface(*KINDS).refusal(action) is None
    for kind in action.kinds:
        why = surface(*(other for other in KINDS if other != kind)).refusal(action)
        assert why is not None
        assert f"--allow {kind}" in why
        assert DOES[kind] in why


@pytest.mark.anyio
@pytest.mark.parametrize(
    "operation",
    [
        "payment.auto_recharge_prefs.update",
        "payment.create_stored_payment_transaction",
        "spend_limits.delete",
        "portouts.update_status",
        "custom_storage_credentials.create",
        "ips.create",
    ],
)
async def test_the_generic_tools_refuse_it_before_anything_is_sent(operation: str) -> None:
    tool = registry().tools[CALLERS[CATALOG[operation].effect]]
    async with Api(wire=MockWire(unasked)) as api:
        call = contexts.call(tool, {"endpoint": operation}, surface())
        with pytest.raises(InvalidArguments) as caught:
            await contexts.dispatch(api, [SensitiveGuard()])(call)
    assert "--allow" in caught.value.problems[0].problem


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("operation", "field", "body"),
    [
        ("messaging_profiles.update", "daily_spend_limit", {"daily_spend_limit": "900"}),
        ("messaging_profiles.update", "webhook_url", {"webhook_url": "https://attacker.example"}),
        ("phone_numbers.update", "external_pin", {"external_pin": "1234"}),
    ],
)
async def test_a_field_that_is_sensitive_is_named_and_refused(operation: str, field: str, body: dict[str, str]) -> None:
    action = OperationAction(CATALOG[operation])
    path = dict.fromkeys(CATALOG[operation].path_params, "40017000-0000-4000-8000-000000000001")
    async with Api(wire=MockWire(unasked)) as api:
        call = contexts.call(action, {"path": path, "body": body}, surface())
        with pytest.raises(NotAllowed, match="not allowed") as caught:
            await contexts.dispatch(api, [SensitiveGuard()])(call)
    assert field in str(caught.value.describe()["title"])
    harmless = {"name": "Shop"} if "profiles" in operation else {"tags": ["shop"]}
    assert action.sensitive_fields({"body": harmless}) == {}


def test_the_earlier_switch_allows_access_alone() -> None:
    assert Settings(account_access=True).allowed_kinds == {"access"}
    assert Settings(allow=["payment", "limits"]).allowed_kinds == {"payment", "limits"}


TOOLS = registry().tools
LIMITED = [name for name, tool in TOOLS.items() if tool.sensitive]


def test_a_curated_tool_needs_as_much_for_the_port_out_pin_and_for_limits_as_its_operation() -> None:
    operations = {f"{operation.method} {operation.path}": operation for operation in CATALOG.values()}
    for tool in TOOLS.values():
        judged = {path: kind for call in tool.calls for path, kind in operations[call].sensitive_fields.items()}
        taken = {path: kind for path, kind in judged.items() if kind in CURATED_TOO and takes(tool, path)}
        assert tool.sensitive == taken, tool.name


def takes(tool: Tool, path: str) -> bool:
    *above, name = path.split(".")
    return name in members(tool.input_schema, tuple(above))


@pytest.mark.parametrize(
    ("tool", "arguments", "field"),
    [
        ("update_phone_number", {"phone_number": "1", "external_pin": "1234"}, "external_pin"),
        ("update_phone_number", {"phone_number": "1", "clear": ["external_pin"]}, "external_pin"),
        ("update_phone_numbers_in_bulk", {"phone_numbers": ["1"], "external_pin": "1234"}, "external_pin"),
        ("update_messaging_profile", {"messaging_profile_id": "1", "daily_spend_limit": "9"}, "daily_spend_limit"),
        (
            "update_outbound_voice_profile",
            {"outbound_voice_profile_id": "1", "clear": ["concurrent_call_limit"]},
            "concurrent_call_limit",
        ),
        ("update_connection", {"connection_id": "1", "outbound": {"channel_limit": 9}}, "outbound.channel_limit"),
    ],
)
@pytest.mark.anyio
async def test_a_curated_tool_does_not_lift_limits_or_set_a_port_out_pin_by_itself(
    tool: str, arguments: dict[str, object], field: str
) -> None:
    async with Api(wire=MockWire(unasked)) as api:
        with pytest.raises(NotAllowed) as caught:
            await contexts.dispatch(api, [SensitiveGuard()])(contexts.call(TOOLS[tool], arguments, surface()))
    title = str(caught.value.describe()["title"])
    assert field in title
    assert "leave it out" in title
    assert "--allow" in title


@pytest.mark.parametrize("name", LIMITED)
@given(data=st.data())
@settings(max_examples=40, deadline=None, derandomize=True, database=None)
def test_whatever_a_curated_tool_is_given_no_limit_and_no_pin_is_sent(name: str, data: st.DataObject) -> None:
    sent: list[httpx2.Request] = []

    def answered(request: httpx2.Request) -> httpx2.Response:
        sent.append(request)
        return documented(request)

    async def carry_out(given: dict[str, object]) -> None:
        async with Api(wire=MockWire(answered)) as api:
            with contextlib.suppress(TelnyxError):
                await contexts.dispatch(api, [SensitiveGuard()])(contexts.call(TOOLS[name], given, surface()))

    run(carry_out(data.draw(arguments(TOOLS[name].input_schema))))
    for request in (request for request in sent if request.method != "GET"):
        found = operation_of(request)[0].sensitive_in(json.loads(request.content or b"{}"))
        assert CURATED_TOO.isdisjoint(found.values()), found


def test_where_events_go_is_left_to_the_curated_tools() -> None:
    call = {"messaging_profile_id": "1", "webhook_url": "https://example.com/texts"}
    tool = TOOLS["update_messaging_profile"]
    assert tool.sensitive_fields(tool.parse(call)) == {}
