"""What moves money, lifts limits, makes credentials or gives numbers away is off until the operator allows its kind."""

import httpx2
import pytest
from tests import contexts
from tests.wires import MockWire

from telnyx_remote_mcp.calls.dispatch import NotAllowed
from telnyx_remote_mcp.guardrails.sensitive import SensitiveGuard
from telnyx_remote_mcp.settings import Settings
from telnyx_remote_mcp.surface.kinds import DOES, KINDS
from telnyx_remote_mcp.surface.selection import Selection
from telnyx_remote_mcp.surface.surfaces import Surface, Surfaces
from telnyx_tools.api.client import Api
from telnyx_tools.argument_errors import InvalidArguments
from telnyx_tools.catalog.action import OperationAction
from telnyx_tools.catalog.catalog import Catalog
from telnyx_tools.groups.whole_api import CALLERS
from telnyx_tools.registry import registry

CATALOG = Catalog.load()
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
