"""While the store is down nothing is changed, deleted or spent, and the error says so; what only reads goes on."""

from pathlib import Path
from typing import Any

import httpx2
import pytest
from tests import contexts
from tests.wires import MockWire

from telnyx_remote_mcp.composition.guards import create_guards
from telnyx_remote_mcp.settings import Settings
from telnyx_remote_mcp.store.base import StoreUnavailable
from telnyx_remote_mcp.surface.policy import Policy
from telnyx_tools.api.client import Api
from telnyx_tools.api.errors import TelnyxError
from telnyx_tools.registry import registry
from telnyx_tools.tool.effect import Effect

pytestmark = pytest.mark.anyio

CHANGES = {
    Effect.WRITE: ("update_assistant", {"assistant_id": "1", "name": "Desk"}),
    Effect.DESTROY: ("delete_messaging_profile", {"messaging_profile_id": "1"}),
    Effect.SPENDS: ("send_message", {"to": "+12025550123", "from_number": "+12025550101", "text": "hi"}),
}
SETTINGS: list[dict[str, Any]] = [{}, {"quotas": ("none",)}, {"quotas": ("none",), "duplicate_window_secs": 0}]


class Down:
    """A store that does not answer, nor do its counters and its journal."""

    @property
    def counters(self) -> "Down":
        return self

    @property
    def journal(self) -> "Down":
        return self

    def __getattr__(self, name: str) -> Any:
        async def fail(*_: object, **__: object) -> None:
            raise StoreUnavailable

        return fail


@pytest.mark.parametrize("given", SETTINGS)
@pytest.mark.parametrize("policy", [None, Policy(effects=dict.fromkeys(Effect, "run"))])
async def test_only_reads_go_on_however_the_guards_are_set(
    tmp_path: Path, given: dict[str, Any], policy: Policy | None
) -> None:
    sent: list[str] = []

    def telnyx(request: httpx2.Request) -> httpx2.Response:
        sent.append(request.method)
        return httpx2.Response(200, json={"data": []})

    settings = Settings(data_dir=tmp_path, secret="s" * 32, **given)
    api, down = Api(wire=MockWire(telnyx)), Down()
    steps = create_guards(settings, contexts.guarded(settings, api, down, policy)).steps
    dispatch = contexts.dispatch(api, steps)
    for effect, (tool, arguments) in CHANGES.items():
        action = registry().tools[tool]
        assert action.effect is effect
        with pytest.raises(TelnyxError) as raised:
            await dispatch(contexts.call(action, arguments))
        assert raised.value.describe()["code"] == "store_unavailable", effect
        assert "nothing was" in str(raised.value.describe()["title"])
    assert "POST" not in sent
    await dispatch(contexts.call(registry().tools["list_messaging_profiles"], {}))
    assert sent[-1] == "GET"
