"""Dispatch: carries out every call, whoever makes it. There is no other way to an effect."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from telnyx_remote_mcp.calls.call import Call
from telnyx_remote_mcp.calls.pipeline import Next, Step, pipeline
from telnyx_tools.api.client import Api, Telnyx
from telnyx_tools.api.errors import TelnyxError
from telnyx_tools.files import Files
from telnyx_tools.results.result import Result
from telnyx_tools.tool.context import Action, Context, Inbox, Server


@dataclass(frozen=True, kw_only=True)
class Upstream:
    """What calls are carried out with: the API, the files that tools may use, and the server's information on itself.

    `inbox` gives the inbox of the account that makes a call. `rejected` is called with the principal when Telnyx
    rejects its key during a call.
    """

    api: Api
    files: Files
    server: Callable[[Call], Server]
    inbox: Callable[[Call, Telnyx], Inbox]
    rejected: Callable[[str], None]


class NotAllowed(TelnyxError):
    """The action may not be called here; nothing was sent."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__("not allowed")
        self.name = name
        self.reason = reason

    def describe(self) -> dict[str, object]:
        return {"code": "not_allowed", "title": f"{self.name} cannot be called: {self.reason}; nothing was sent"}


class Dispatch:
    """Carries calls out. Raises a TelnyxError that says what went wrong.

    A generic tool has no effect of its own, so it skips the steps. The call that it makes passes each step once.
    `steps` is called once, for the first call that needs the steps.
    """

    def __init__(self, upstream: Upstream, steps: Callable[[], Sequence[Step]]) -> None:
        self._upstream = upstream
        self._steps = steps

    @cached_property
    def _guarded(self) -> Next:
        return pipeline(self._steps(), self._run)

    async def __call__(self, call: Call) -> Result:
        return await (self._guarded if call.action.target is None else self._run)(call)

    async def _run(self, call: Call) -> Result:
        return await call.action.run(call.arguments, self._context(call))

    def _context(self, call: Call) -> Context:
        caller, upstream = call.caller, self._upstream
        telnyx = upstream.api.bind(
            caller.credential, caller.principal, on_rejected=lambda: upstream.rejected(caller.principal)
        )
        return Context(
            telnyx=telnyx.dry_run() if call.preview else telnyx,
            progress=call.progress,
            files=upstream.files.dry_run() if call.preview else upstream.files,
            server=upstream.server(call),
            actions=_Reachable(call, self),
            inbox=upstream.inbox(call, telnyx),
        )


@dataclass(frozen=True, slots=True)
class _Reachable:
    """The actions that a call may make in turn."""

    made_by: Call
    dispatch: Dispatch

    @property
    def tools(self) -> Mapping[str, Action]:
        return self.made_by.surface.callable

    def refusal(self, action: Action) -> str | None:
        return self.made_by.surface.refusal(action)

    async def call(self, action: Action, arguments: Mapping[str, object], *, allow_duplicate: bool = False) -> Result:
        self._check(action)
        return await self.dispatch(self.made_by.nested(action, arguments, allow_duplicate=allow_duplicate))

    async def preview(self, action: Action, arguments: Mapping[str, object]) -> Result:
        self._check(action)
        return await self.dispatch(self.made_by.nested(action, arguments, preview=True))

    def _check(self, action: Action) -> None:
        if (reason := self.refusal(action)) is not None:
            raise NotAllowed(action.name, reason)
