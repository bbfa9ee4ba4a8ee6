"""The one place where tests make what a call is given, and calls themselves."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import mcp_types as types

from telnyx_remote_mcp.auth.caller import Caller
from telnyx_remote_mcp.calls.call import Call
from telnyx_remote_mcp.calls.client import Client
from telnyx_remote_mcp.calls.dispatch import Dispatch, Upstream
from telnyx_remote_mcp.calls.pipeline import Step
from telnyx_remote_mcp.calls.progress import Reported
from telnyx_remote_mcp.calls.replies import reply
from telnyx_remote_mcp.guardrails.shared import Shared
from telnyx_remote_mcp.settings import Settings
from telnyx_remote_mcp.store.base import Store
from telnyx_remote_mcp.store.secret import Secret
from telnyx_remote_mcp.surface.kinds import KINDS
from telnyx_remote_mcp.surface.policy import Policy
from telnyx_remote_mcp.surface.selection import Selection
from telnyx_remote_mcp.surface.surfaces import Surface, Surfaces
from telnyx_tools.api.client import Api, Credential, Telnyx
from telnyx_tools.api.errors import TelnyxError
from telnyx_tools.files import Files
from telnyx_tools.registry import registry
from telnyx_tools.results.result import Result
from telnyx_tools.shared import waiting
from telnyx_tools.tool.context import Action, Actions, Context, Decision, Inbox, Progress, Report, Server
from telnyx_tools.tool.event import Event, Events, Poll, Wanted
from telnyx_tools.tool.server_info import ServerInfo
from telnyx_tools.tool.shutdown import Shutdown

EVERY_TOOL = Surfaces(registry(), Selection(), allowed=KINDS, local=True).of(Selection(surface="full"))
TESTER = Caller("key:test", Credential("KEYtest"), "api_key")
CLIENT = Client("2026-07-28", "tests", "1")


class Silent:
    """The progress of a call that nobody follows, of a server that never ends."""

    waited = False

    async def __call__(self, progress: float, total: float | None = None, message: str | None = None) -> None: ...

    @property
    def shutdown(self) -> Shutdown:
        return Shutdown()


silent = Silent()


class PlainServer:
    """A server about which nothing is remarkable."""

    async def info(self) -> ServerInfo:
        return ServerInfo(
            name="Telnyx",
            version="1",
            protocol_version="2026-07-28",
            tools=1,
            groups=["guards"],
            read_only=False,
            sandbox=False,
            telnyx_api="https://api.telnyx.com/v2",
        )

    async def decision(self, approval_id: str, wait_secs: float) -> Decision:
        return "pending"

    async def confirm(self, approval_id: str) -> Decision:
        return "approved"


class NoActions:
    """Nothing is within reach."""

    tools: Mapping[str, Action] = {}

    def refusal(self, action: Action) -> str | None:
        return "Nothing is within reach"

    async def preview(self, action: Action, arguments: Mapping[str, object]) -> Result:
        raise AssertionError(f"{action.name} is out of reach")

    async def call(self, action: Action, arguments: Mapping[str, object], *, allow_duplicate: bool = False) -> Result:
        raise AssertionError(f"{action.name} is out of reach")


class AnyActions(NoActions):
    """Everything is within reach, with this client and no guard."""

    def __init__(self, telnyx: Telnyx) -> None:
        self._telnyx = telnyx

    def refusal(self, action: Action) -> None:
        return None

    async def preview(self, action: Action, arguments: Mapping[str, object]) -> Result:
        return Result()

    async def call(self, action: Action, arguments: Mapping[str, object], *, allow_duplicate: bool = False) -> Result:
        return await run(action, arguments, self._telnyx)


class OneInbox:
    """An inbox to which no webhook comes: what is added to it, and what a poll finds at once. With a URL of None its
    server cannot be reached."""

    def __init__(self, url: str | None = "https://mcp.example.com/webhooks/inbox") -> None:
        self.url = url
        self.events: list[Event] = []
        self.notes: dict[str, Mapping[str, Any]] = {}

    async def webhook_url(self) -> str | None:
        return self.url

    async def unclaimed_url(self, name: str, is_unclaimed: Callable[[], Awaitable[bool]]) -> str | None:
        if self.url is None:
            return None
        try:
            return self.url if await is_unclaimed() else None
        except TelnyxError:
            return None

    async def add(self, events: Sequence[Event]) -> None:
        known = {event.subject for event in self.events}
        self.events += [event for event in events if event.subject not in known]

    async def find(self, wanted: Wanted, since: str | None, limit: int) -> Events:
        if since is not None and not since.isdigit():
            raise ValueError("no cursor")
        found = [event for event in self.events[int(since or 0) :] if wanted.matches(event)]
        return Events(events=found[:limit], next=str(len(self.events)))

    async def wait(
        self, wanted: Wanted, since: str | None, wait_secs: float, poll: Poll | None, progress: Progress
    ) -> Events:
        if poll is not None:
            await self.add(await poll(0.0))
        found = await self.find(wanted, since, 50)
        if not found.events:
            await waiting.CLOCK.sleep(wait_secs)
        return found

    async def refused(self) -> int:
        return 0

    async def remember(self, name: str, note: Mapping[str, Any] | None) -> None:
        self.notes.pop(name, None)
        if note is not None:
            self.notes[name] = note

    async def recall(self, name: str) -> Mapping[str, Any] | None:
        return self.notes.get(name)


def context(
    telnyx: Telnyx,
    *,
    report: Report = silent,
    files: Files | None = None,
    server: Server | None = None,
    actions: Actions | None = None,
    inbox: Inbox | None = None,
) -> Context:
    """A context with this client, and with the least of everything else."""
    return Context(
        telnyx=telnyx,
        progress=Reported(report, Shutdown()),
        files=files or Files(),
        server=server or PlainServer(),
        actions=actions or NoActions(),
        inbox=inbox or OneInbox(None),
    )


async def run(action: Action, arguments: Mapping[str, object], given: Context | Telnyx) -> Result:
    """The result of an action, without a server around it."""
    return await action.run(action.parse(arguments), given if isinstance(given, Context) else context(given))


async def replied(action: Action, arguments: Mapping[str, object], given: Context | Telnyx) -> types.CallToolResult:
    """The reply to an agent, without a server around it."""
    return await reply(action, run(action, arguments, given), arguments)


def dispatch(
    api: Api,
    steps: Sequence[Step] = (),
    *,
    files: Files | None = None,
    server: Server | None = None,
    inbox: Inbox | None = None,
) -> Dispatch:
    """A dispatch with these steps."""
    return Dispatch(
        Upstream(
            api=api,
            files=files or Files(),
            server=lambda call: server or PlainServer(),
            inbox=lambda call, telnyx: inbox or OneInbox(None),
            rejected=lambda principal: None,
        ),
        lambda: steps,
    )


def call(action: Action, arguments: Mapping[str, object], surface: Surface = EVERY_TOOL, **changes: Any) -> Call:
    """A call of the tester's, with arguments that are not yet parsed."""
    made: dict[str, Any] = {
        "action": action,
        "arguments": action.parse(arguments),
        "caller": TESTER,
        "surface": surface,
        "client": CLIENT,
        "request_id": "test",
        "progress": Silent(),
    }
    return Call(**{**made, **changes})


def guarded(settings: Settings, api: Api, store: Store, policy: Policy | None = None) -> Shared:
    """The parts of the guards."""
    return Shared(
        registry(),
        api,
        store,
        store,
        lambda: Secret.load(settings.secret, settings.data_dir),
        operator=policy,
        page=lambda: f"{settings.url}/approve/",
    )
