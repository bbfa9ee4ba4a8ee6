"""What the owner of an account lays down holds for every caller of it, and for one connection."""

from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from datetime import time
from functools import cached_property
from pathlib import Path
from typing import Any

import httpx2
import pytest
from tests import contexts
from tests.contexts import TESTER
from tests.wires import MockWire

from telnyx_remote_mcp.auth.account_rules import KIND
from telnyx_remote_mcp.auth.caller import Caller
from telnyx_remote_mcp.calls.pipeline import Step, pipeline
from telnyx_remote_mcp.calls.question import AskFirst
from telnyx_remote_mcp.composition.guards import create_guards
from telnyx_remote_mcp.guardrails.policy_guard import Refused
from telnyx_remote_mcp.guardrails.quotas import QuotaExceeded
from telnyx_remote_mcp.guardrails.shared import Shared
from telnyx_remote_mcp.guardrails.unavailable import CannotReadRules, CannotRemember
from telnyx_remote_mcp.settings import Settings
from telnyx_remote_mcp.store import open_store
from telnyx_remote_mcp.surface.limits import limits
from telnyx_remote_mcp.surface.owner_rules import OwnerRules, QuietHours
from telnyx_remote_mcp.surface.policy import Policy
from telnyx_tools.api.client import Api
from telnyx_tools.registry import registry
from telnyx_tools.tool.effect import Effect

pytestmark = pytest.mark.anyio

OWN, PERSON, ABROAD = "+12025550101", "+12025550123", "+442071838750"
DELETION = {"messaging_profile_id": "1"}
GRANTED = replace(TESTER, lane="oauth", grant_id="grant")


@dataclass
class Server:
    """All guards of a server, and Telnyx, which counts what it is sent and knows the calls that `go_on`."""

    shared: Shared
    settings: Settings
    sent: list[str] = field(default_factory=list)
    going: set[str] = field(default_factory=set)
    number: int = 0

    @cached_property
    def steps(self) -> Sequence[Step]:
        """Made once, so that all calls are on record in one log, in their order."""
        return create_guards(self.settings, self.shared).steps

    async def call(self, name: str, arguments: dict[str, Any], caller: Caller = TESTER) -> Any:
        self.number += 1

        async def run(call: Any) -> Any:
            telnyx = self.shared.api.bind(call.caller.credential, call.caller.principal)
            return await call.action.run(call.arguments, contexts.context(telnyx))

        made = contexts.call(registry().tools[name], arguments, caller=caller, request_id=str(self.number))
        return await pipeline(self.steps, run)(made)

    async def text(self, to: str = PERSON, caller: Caller = TESTER) -> Any:
        return await self.call("send_message", {"from_number": OWN, "to": to, "text": f"{self.number}"}, caller)

    async def dial(self, caller: Caller = TESTER) -> Any:
        arguments = {"to": f"+1202555{self.number:04}", "from_number": OWN, "connection_id": "1"}
        return await self.call("make_call", arguments, caller)

    async def lay_down(self, **rules: Any) -> None:
        await self.shared.account_rules.save(TESTER.principal, OwnerRules(**rules))

    def answer(self, request: httpx2.Request) -> httpx2.Response:
        path = request.url.path
        if request.method == "GET" and path.endswith("/phone_numbers"):
            return httpx2.Response(200, json={"data": [{"phone_number": OWN}]})
        if path.endswith("/messaging_optouts"):
            return httpx2.Response(200, json={"data": []})
        if request.method == "GET" and "/calls/" in path:
            return httpx2.Response(200, json={"data": {"is_alive": path.rpartition("/")[2] in self.going}})
        self.sent.append(f"{request.method} {path}")
        if path.endswith("/calls"):
            self.going.add(call_id := f"c{len(self.sent)}")
            return httpx2.Response(200, json={"data": {"call_control_id": call_id}})
        return httpx2.Response(200, json={"data": {"id": "1"}})


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    settings = Settings(data_dir=tmp_path, secret="s" * 32, audit="off")
    async with aclosing(open_store(settings)) as store:
        wire = MockWire(lambda request: made.answer(request))
        made = Server(contexts.guarded(settings, Api(wire=wire), store), settings)
        yield made


async def test_the_owner_lets_an_automation_without_a_person_run_and_takes_it_back(server: Server) -> None:
    with pytest.raises(AskFirst):
        await server.call("delete_messaging_profile", DELETION)
    await server.lay_down(policy=Policy(effects={Effect.DESTROY: "run"}))
    await server.call("delete_messaging_profile", DELETION)
    await server.lay_down(policy=Policy(groups={"messaging": "read_only"}))
    with pytest.raises(Refused) as refused:
        await server.call("delete_messaging_profile", DELETION)
    told = refused.value.describe()
    assert "the policy of the account (groups.messaging = read_only)" in str(told["title"])
    assert "/account" in str(told["remedy"])
    await server.call("get_messaging_profile", DELETION)
    assert len(server.sent) == 2


async def test_one_connection_keeps_to_its_own_rules_and_to_those_of_the_account(server: Server) -> None:
    careful = replace(GRANTED, rules=OwnerRules(policy=Policy(effects={Effect.SPENDS: "refuse"})))
    with pytest.raises(Refused):
        await server.text(caller=careful)
    await server.text(caller=GRANTED)
    await server.lay_down(policy=Policy(effects={Effect.SPENDS: "refuse"}))
    for caller in (GRANTED, TESTER):
        with pytest.raises(Refused):
            await server.text(caller=caller)
    await server.text(caller=replace(TESTER, principal="key:other"))
    assert len(server.sent) == 2


async def test_a_number_outside_the_allowed_countries_is_refused_at_either_level(server: Server) -> None:
    at_home = OwnerRules(countries=("CA", "US"))
    for caller in (replace(GRANTED, rules=at_home), TESTER):
        await server.text(caller=caller)
        with pytest.raises(Refused) as refused:
            await server.text(to=ABROAD, caller=caller)
        assert "in GB, outside the countries" in refused.value.title
        await server.lay_down(countries=("US",))
    await server.text(to="78887")
    with pytest.raises(Refused):
        await server.call("send_message", {"messaging_profile_id": "1", "to": "78887", "text": "a"})
    assert len(server.sent) == 3


async def test_in_quiet_hours_reaching_somebody_asks_even_where_it_runs_and_reading_and_changing_do_not(
    server: Server,
) -> None:
    await server.lay_down(
        policy=Policy(effects={Effect.SPENDS: "run", Effect.WRITE: "run"}),
        quiet_hours=QuietHours(begins=time(0), ends=time(0)),
    )
    with pytest.raises(AskFirst) as asked:
        await server.text()
    assert "quiet hours" in asked.value.question.text
    await server.call("get_messaging_profile", DELETION)
    await server.call("update_messaging_profile", {**DELETION, "name": "b"})


async def test_the_lower_limit_counts_and_says_whose_it_is_and_a_connection_has_numbers_of_its_own(
    server: Server,
) -> None:
    await server.lay_down(limits=tuple(limits(["messages=3/hour"])))
    narrow = replace(GRANTED, rules=OwnerRules(limits=tuple(limits(["messages=1/hour"]))))
    await server.text(caller=narrow)
    with pytest.raises(QuotaExceeded) as exceeded:
        await server.text(caller=narrow)
    told = exceeded.value.describe()
    assert (told["left"], "1 message an hour for this connection" in str(told["title"])) == (0, True)
    assert "can change it on /account" in str(told["remedy"])
    await server.text(caller=replace(narrow, grant_id="another"))
    await server.text()
    with pytest.raises(QuotaExceeded) as exceeded:
        await server.text()
    assert "3 messages an hour for the account" in str(exceeded.value.describe()["title"])
    assert len(server.sent) == 3


async def test_as_many_calls_go_on_as_the_owner_allows_and_one_that_ended_makes_room(server: Server) -> None:
    await server.lay_down(calls_at_once=2)
    for _ in range(2):
        await server.dial()
    with pytest.raises(QuotaExceeded) as exceeded:
        await server.dial()
    assert "2 calls at once for the account" in str(exceeded.value.describe()["title"])
    server.going.remove("c1")
    await server.dial()
    with pytest.raises(QuotaExceeded):
        await server.dial(GRANTED)
    await server.text()
    await server.dial(replace(TESTER, principal="key:other"))


async def test_rules_that_cannot_be_read_hold_everything_back_but_reading(server: Server) -> None:
    await server.shared.store.put(KIND, TESTER.principal.replace(":", "-"), b"of a later version")
    with pytest.raises(CannotReadRules) as refused:
        await server.text()
    assert "lay them down anew" in str(refused.value.describe()["remedy"])
    await server.call("get_messaging_profile", DELETION)


async def test_without_a_store_nothing_runs_that_rules_might_hold_back(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    settings = Settings(data_dir=tmp_path / "file", secret="s" * 32, audit="off")
    api = Api(wire=MockWire(lambda request: server.answer(request)))
    server = Server(contexts.guarded(settings, api, open_store(settings)), settings)
    with pytest.raises(CannotRemember):
        await server.text()
    await server.call("get_messaging_profile", DELETION)
    assert len(server.sent) == 1
