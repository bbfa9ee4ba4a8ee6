"""A server's guards in front of a Telnyx that counts."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import httpx2
import pytest
from tests import contexts
from tests.wires import MockWire

from telnyx_remote_mcp.calls.pipeline import pipeline
from telnyx_remote_mcp.calls.question import AskFirst, Question
from telnyx_remote_mcp.guardrails.approvals import Approvals
from telnyx_remote_mcp.guardrails.policy_guard import PolicyGuard
from telnyx_remote_mcp.guardrails.strangers_guard import StrangersGuard
from telnyx_remote_mcp.settings import Settings
from telnyx_remote_mcp.store.base import Store
from telnyx_remote_mcp.surface.policy import Policy
from telnyx_tools.api.client import Api
from telnyx_tools.registry import registry
from telnyx_tools.tool.context import Action

OWN, OTHER, ABROAD = "+12025550101", "+12025550123", "+442071838750"
TEXT = {"from_number": OWN, "to": OTHER, "text": "hi"}
ASKS = Policy(effects={"spends": "ask"})


@dataclass
class Desk:
    """Guards in front of a Telnyx that counts what is sent; it has one message, and lists by the end of their path."""

    guard: PolicyGuard
    sent: list[httpx2.Request] = field(default_factory=list)
    message: Mapping[str, Any] = field(default_factory=dict)
    lists: dict[str, list[Any]] = field(default_factory=lambda: {"phone_numbers": [{"phone_number": OWN}]})

    async def call(self, name: str | Action, arguments: Mapping[str, object], **changes: Any) -> Any:
        action = registry().tools[name] if isinstance(name, str) else name
        steps = [StrangersGuard(self.guard.shared), self.guard]
        api = self.guard.shared.api

        async def run(call: Any) -> Any:
            telnyx = api.bind(call.caller.credential, call.caller.principal)
            return await call.action.run(call.arguments, contexts.context(telnyx))

        return await pipeline(steps, run)(contexts.call(action, arguments, **changes))

    async def asked(self, name: str | Action, arguments: Mapping[str, object], **changes: Any) -> Question:
        with pytest.raises(AskFirst) as raised:
            await self.call(name, arguments, **changes)
        return raised.value.question

    async def refused(self, name: str | Action, arguments: Mapping[str, object], **changes: Any) -> dict[str, object]:
        """What an agent reads whose client shows no question."""
        with pytest.raises(AskFirst) as raised:
            await self.call(name, arguments, **changes)
        return raised.value.describe()

    @property
    def texts(self) -> int:
        return sum(request.method == "POST" for request in self.sent)

    @property
    def approvals(self) -> Approvals:
        return self.guard.shared.approvals


def desk_at(settings: Settings, store: Store, policy: Policy | None = None, **parts: Any) -> Desk:
    """A desk with this store, and these parts of the guards."""

    def telnyx(request: httpx2.Request) -> httpx2.Response:
        desk.sent.append(request)
        if request.method != "GET":
            return httpx2.Response(200, json={"data": {"id": "1"}})
        listed = desk.lists.get(request.url.path.rpartition("/")[2])
        return httpx2.Response(200, json={"data": desk.message if listed is None else listed})

    shared = contexts.guarded(settings, Api(wire=MockWire(telnyx)), store, policy)
    desk = Desk(PolicyGuard(replace(shared, **parts)))
    return desk
