"""The sandbox plays what the guards are about, as docs/sandbox.md tells: prices, opt-outs, night, silent clients."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, aclosing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from tests import contexts

from telnyx_remote_mcp.auth.caller import Caller
from telnyx_remote_mcp.calls.client import Client
from telnyx_remote_mcp.calls.dispatch import Dispatch
from telnyx_remote_mcp.calls.question import AskFirst
from telnyx_remote_mcp.composition.guards import create_guards
from telnyx_remote_mcp.guardrails.local_time import is_night
from telnyx_remote_mcp.settings import Settings
from telnyx_remote_mcp.store import open_store
from telnyx_remote_mcp.surface.policy import Policy, Unusual
from telnyx_sandbox.app import create_app
from telnyx_sandbox.server import serving
from telnyx_tools.api.client import Api
from telnyx_tools.api.credential import Credential
from telnyx_tools.registry import registry

pytestmark = pytest.mark.anyio

KEY = "KEY_sandbox_guards"
OWN, OTHER = "+12025550101", "+12025550123"
ASLEEP_SOMEWHERE = ("+12025550123", "+442079460001", "+61255500001")
"""Numbers whose nights cover the whole day, as the page says."""
DOCUMENTED = Path(__file__).parents[3] / "docs" / "sandbox.md"


@dataclass
class Desk:
    """An agent whose client shows no forms, before a server that plays."""

    dispatch: Dispatch
    sandbox: httpx2.AsyncClient

    async def call(self, tool: str, **arguments: object) -> dict[str, Any]:
        caller = Caller("key:guards", Credential(KEY), "api_key")
        client = Client("2026-07-28", "silent", "1")
        call = contexts.call(registry().tools[tool], arguments, caller=caller, client=client)
        return (await self.dispatch(call)).wire()

    async def asked(self, tool: str, **arguments: object) -> dict[str, Any]:
        with pytest.raises(AskFirst) as raised:
            await self.call(tool, **arguments)
        return dict(raised.value.describe())


@pytest.fixture
async def desk_with(tmp_path: Path) -> AsyncIterator[Callable[..., Any]]:
    async with AsyncExitStack() as until:
        url = await until.enter_async_context(serving(create_app()))
        api = await until.enter_async_context(Api(url, allow_custom_upstream=True))
        sandbox = await until.enter_async_context(
            httpx2.AsyncClient(
                base_url=url.removesuffix("/v2") + "/sandbox", headers={"authorization": f"Bearer {KEY}"}
            )
        )
        settings = Settings(data_dir=tmp_path, secret="s" * 32, sandbox=True, api_base_url=url)
        store = await until.enter_async_context(aclosing(open_store(settings)))

        def make(policy: Policy | None = None) -> Desk:
            guards = create_guards(settings, contexts.guarded(settings, api, store, policy))
            return Desk(contexts.dispatch(api, guards.steps), sandbox)

        yield make


async def test_a_dear_order_asks_and_its_price_is_known_before(desk_with: Callable[..., Desk]) -> None:
    numbers = [f"+1212555011{n}" for n in range(6)]
    asked = await desk_with().asked("initiate_phone_number_order", phone_numbers=numbers)
    assert asked["rules"] == ["recurring_price", "price"]
    assert "12.00 USD" in asked["question"]


async def test_a_person_who_wrote_stop_is_asked_about(desk_with: Callable[..., Desk]) -> None:
    desk = desk_with()
    await desk.call("send_message", from_number=OWN, to=OTHER, text="hi")
    stop = {"key": KEY, "channel": "sms", "from": "+12025550144", "to": OWN, "text": "STOP"}
    (await desk.sandbox.post("/inbound", json=stop)).raise_for_status()
    asked = await desk_with().asked("send_message", from_number=OWN, to="+12025550144", text="hi")
    assert asked["rules"][0] == "opted_out"


async def test_at_any_hour_it_is_night_at_one_of_the_numbers_that_the_page_names(
    desk_with: Callable[..., Desk],
) -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    for hour in range(0, 366 * 24, 7):
        assert any(is_night(number, start + timedelta(hours=hour)) for number in ASLEEP_SOMEWHERE)
    desk = desk_with(Policy(unusual=Unusual(night=True, new_country=False)))
    asleep = next(number for number in ASLEEP_SOMEWHERE if is_night(number))
    assert (await desk.asked("send_message", from_number=OWN, to=asleep, text="hi"))["rules"] == ["night"]
    assert all(number in DOCUMENTED.read_text() for number in ASLEEP_SOMEWHERE)


async def test_a_client_without_forms_is_told_what_to_do(desk_with: Callable[..., Desk]) -> None:
    asked = await desk_with().asked("delete_messaging_profile", messaging_profile_id="1")
    assert asked["approval_id"]
    assert asked["remedy"]
