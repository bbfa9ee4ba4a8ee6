"""An agent reads what its connection may do: the groups that are hidden and why, what asks first, and its limits."""

from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from dataclasses import replace
from datetime import time
from pathlib import Path
from typing import Any

import pytest
from pydantic_core import to_json
from tests import contexts
from tests.contexts import TESTER
from tests.server.guardrails.test_outage import Down
from tests.wires import MockWire

from telnyx_remote_mcp.composition.dispatch import create_dispatch
from telnyx_remote_mcp.events.services import EventServices
from telnyx_remote_mcp.settings import Settings
from telnyx_remote_mcp.store import open_store
from telnyx_remote_mcp.surface.owner_rules import NO_RULES, OwnerRules, QuietHours
from telnyx_remote_mcp.surface.permission import Level, permission
from telnyx_remote_mcp.surface.policy import Policy
from telnyx_remote_mcp.surface.selection import EVERYTHING, Selection
from telnyx_remote_mcp.surface.surfaces import Surfaces
from telnyx_tools.api.client import Api
from telnyx_tools.registry import registry
from telnyx_tools.results.tokens import tokens
from telnyx_tools.tool.effect import Effect

pytestmark = pytest.mark.anyio

Ask = Callable[..., Any]


@pytest.fixture
async def info(tmp_path: Path) -> AsyncIterator[Ask]:
    settings = Settings(data_dir=tmp_path, secret="s" * 32)
    api = Api(wire=MockWire(lambda request: None))
    store = open_store(settings)

    async def ask(operator: Policy | None = None, ceiling: Selection = EVERYTHING, **selected: Any) -> dict[str, Any]:
        permitted, changes = selected.pop("permission", None), selected.pop("settings", {})
        surfaces = Surfaces(registry(), ceiling)
        rules, kept = selected.pop("rules", NO_RULES), selected.pop("store", store)
        shared = contexts.guarded(settings, api, kept, operator)
        events = EventServices(store, store, lambda: shared.secret, settings.webhook_base)
        dispatch = create_dispatch(settings.model_copy(update=changes), surfaces, api, lambda: shared, lambda: events)
        caller = replace(TESTER, permission=permitted, rules=rules)
        surface = surfaces.of(Selection(**selected), permitted)
        call = contexts.call(registry().tools["get_server_info"], {}, surface, caller=caller)
        return (await dispatch(call)).wire()

    async with aclosing(store):
        yield ask


async def test_by_default_it_says_what_asks_first_and_what_is_left_in_few_words(info: Ask) -> None:
    told = await info()
    assert told["policy"]["effects"] == {
        "read": "run",
        "write": "ask_when_unusual",
        "destroy": "ask",
        "spends": "ask_when_unusual",
    }
    assert "others" not in told["policy"]
    assert {"tainted", "new_country"} < set(told["policy"]["unusual"])
    assert {quota["of"] for quota in told["quotas"]} == {"messages", "calls", "purchases", "changes"}
    assert told["sandbox"] is False
    assert "may" not in told
    assert tokens(to_json(told).decode()) < 500


async def test_every_group_is_seen_or_hidden_for_a_reason(info: Ask) -> None:
    ceiling = Selection(groups=("messaging", "numbers", "storage", "guards", "api", "media"))
    permitted = permission({"messaging": Level.LOOK, "numbers": Level.SPEND, "media": Level.LOOK})
    told = await info(ceiling=ceiling, permission=permitted, groups=("messaging", "guards"))
    assert told["groups"] == ["messaging", "guards"]
    assert told["hidden"]["user"] == ["storage"]
    assert told["hidden"]["request"] == ["numbers", "media", "api"]
    assert "whatsapp" in told["hidden"]["operator"]
    seen = [*told["groups"], *(name for names in told["hidden"].values() for name in names)]
    assert sorted(seen) == sorted(registry().groups)
    assert told["may"] == {"look": ["media", "messaging"], "spend": ["numbers"]}


async def test_what_another_surface_lists_is_said_to_be_within_reach(info: Ask) -> None:
    told = await info()
    assert "recordings" in told["hidden"]["other_surface"]
    assert told["hidden"].keys() == {"other_surface"}


async def test_what_differs_is_named_by_group_where_all_of_it_does(info: Ask) -> None:
    policy = Policy(
        groups={"storage": "refuse", "assistants": "read_only"},
        tools={"send_whatsapp_text": "ask"},
        effects={Effect.DESTROY: "refuse"},
    )
    told = (await info(policy))["policy"]
    assert told["effects"]["destroy"] == "refuse"
    assert told["others"]["refuse"] == ["assistants (but reads)", "storage"]
    assert "send_whatsapp_text" in told["others"]["ask"]
    assert "send_message" not in told["others"]["ask"]


async def test_it_says_what_the_owner_lays_down_for_the_connection(info: Ask) -> None:
    hours = QuietHours(begins=time(22), ends=time(7), zone="Europe/Berlin")
    rules = OwnerRules(
        countries=("US", "CA"), quiet_hours=hours, calls_at_once=2, policy=Policy(tools={"make_call": "ask"})
    )
    told = (await info(rules=rules))["policy"]
    assert "make_call" in told["others"]["ask"]
    assert told["countries"] == ["CA", "US"]
    assert told["quiet_hours"] == ["22:00 to 07:00 Europe/Berlin"]
    assert told["calls_at_once"] == 2


async def test_while_the_store_is_down_it_still_answers(info: Ask) -> None:
    told = await info(Policy(effects={Effect.WRITE: "refuse"}), store=Down())
    assert told["policy"]["effects"]["write"] == "refuse"
    assert {quota.get("left") for quota in told["quotas"]} == {None}


async def test_the_request_makes_it_stricter_and_a_dry_run_is_said(info: Ask) -> None:
    told = await info(policy=(("spends", "refuse"),), settings={"dry_run": True})
    assert told["policy"]["effects"]["spends"] == "refuse"
    assert told["dry_run"] is True
