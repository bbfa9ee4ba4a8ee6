"""The context of a call: everything that an action is given besides its arguments, and the protocols of its parts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, Protocol, get_type_hints

from telnyx_tools.api.client import Telnyx
from telnyx_tools.files import Files
from telnyx_tools.results.result import Result
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.event import Event, Events, Poll, Wanted
from telnyx_tools.tool.server_info import ServerInfo
from telnyx_tools.tool.shutdown import Shutdown


class Action(Protocol):
    """Anything that a call can carry out: a curated tool, or an operation of the API. Policies read nothing else."""

    @property
    def name(self) -> str: ...
    @property
    def group(self) -> str: ...
    @property
    def effect(self) -> Effect: ...
    @property
    def scope(self) -> str:
        """The OAuth scope that a caller needs for it."""
        ...

    @property
    def paid(self) -> bool:
        """Whether a read costs money."""
        ...

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds that make every call of it sensitive, such as `payment`. The operator has to allow each kind."""
        ...

    def sensitive_fields(self, arguments: Mapping[str, object]) -> Mapping[str, str]:
        """The arguments that make this call sensitive, such as `body.daily_spend_limit`, each with its kind."""
        ...

    @property
    def check(self) -> str | None:
        """How to find out whether a call whose answer was lost took place; None if it changes nothing."""
        ...

    @property
    def calls(self) -> Sequence[str]:
        """The API operations that it calls, as `METHOD /path/{template}`."""
        ...

    @property
    def target(self) -> str | None:
        """The argument of a generic tool that names the action to call. Such a tool has no effect of its own."""
        ...

    @property
    def summary(self) -> str:
        """Its purpose in one sentence."""
        ...

    @property
    def required(self) -> Sequence[str]:
        """The arguments that a call must have."""
        ...

    def borrows(self, arguments: Mapping[str, object]) -> Mapping[str, Effect]:
        """The other groups whose data a call with these arguments uses, and what it does to that data."""
        ...

    def describe(self, at: str = "") -> Mapping[str, Any]:
        """Describe the arguments for an agent. Raises InvalidArguments if there is nothing at `at`."""
        ...

    def parse(self, arguments: Mapping[str, object]) -> Mapping[str, object]:
        """The validated arguments; nothing is sent. Raises InvalidArguments, which names every invalid one."""
        ...

    async def run(self, arguments: Mapping[str, object], context: Context) -> Result:
        """Run the action with parsed arguments. Raises a TelnyxError that says what went wrong."""
        ...


class Actions(Protocol):
    """The actions that one request can reach, for the tools that find and call them."""

    @property
    def tools(self) -> Mapping[str, Action]:
        """The tools that may be called by name."""
        ...

    def refusal(self, action: Action) -> str | None:
        """Explain why the action may not be called here; None if it may."""
        ...

    async def call(self, action: Action, arguments: Mapping[str, object], *, allow_duplicate: bool = False) -> Result:
        """The result of another action, called as a call of its own with all guards. Raises as `Action.run` and
        `parse`.

        `allow_duplicate` lets a spending call run although the same one was made a moment ago.
        """
        ...

    async def preview(self, action: Action, arguments: Mapping[str, object]) -> Result:
        """What the action would send, as a result; nothing is sent. Raises as `call`."""
        ...


class Report(Protocol):
    """Reports the progress of a call to the client. Does nothing if the client did not ask for it."""

    async def __call__(self, progress: float, total: float | None = None, message: str | None = None) -> None: ...


class Progress(Report, Protocol):
    """Reports progress too, and tells a call that waits when to stop: once the server's `shutdown` begins."""

    waited: bool
    """Whether the call has waited for something to happen: set by whatever waits. Its duration says nothing then."""

    @property
    def shutdown(self) -> Shutdown: ...


Decision = Literal["pending", "approved", "denied", "used"]
"""The user's answer to an approval: none yet, yes, no; `used` if yes and the call was made."""


class Server(Protocol):
    """What a tool can learn about the server and the request."""

    async def info(self) -> ServerInfo: ...

    async def decision(self, approval_id: str, wait_secs: float) -> Decision | None:
        """The user's decision about a call for which this caller asked approval; None if there is no such approval.

        Returns as soon as there is a decision or the server's shutdown begins, or after `wait_secs`.
        """
        ...

    async def confirm(self, approval_id: str) -> Decision | None:
        """Record, on the agent's word, that the user approved. Returns the decision, None if there is no such approval.

        Raises a TelnyxError if the agent's word is not accepted.
        """
        ...


class Inbox(Protocol):
    """The events of the caller's account. A cursor is the `next` of an earlier answer.

    Every method raises a TelnyxError while the store of events is unavailable.
    """

    async def webhook_url(self) -> str | None:
        """The URL to which Telnyx sends this account's events; None if Telnyx cannot reach this server.

        Raises a TelnyxError if the account's public key cannot be read.
        """
        ...

    async def unclaimed_url(self, name: str, is_unclaimed: Callable[[], Awaitable[bool]]) -> str | None:
        """The webhook URL for the messages or calls of this name, if `is_unclaimed` says that no other URL gets their
        events; else None. Never raises: if `is_unclaimed` fails, they count as claimed.

        The answer is cached for two minutes, or until this account changes something through this server.
        """
        ...

    async def add(self, events: Sequence[Event]) -> None:
        """Add those of the events that are not there yet."""
        ...

    async def find(self, wanted: Wanted, since: str | None, limit: int) -> Events:
        """The events after a cursor; without a cursor, the newest. Raises ValueError for a text that is not a
        cursor."""
        ...

    async def wait(
        self, wanted: Wanted, since: str | None, wait_secs: float, poll: Poll | None, progress: Progress
    ) -> Events:
        """The wanted events as soon as there is one, or none after `wait_secs` or once the server's shutdown begins.

        `poll` is called at once and then from time to time, until webhooks bring such events. Raises ValueError as
        `find`, and a TelnyxError if too many calls wait already.
        """
        ...

    async def refused(self) -> int:
        """The number of webhooks with a wrong signature within the last day."""
        ...

    async def remember(self, name: str, note: Mapping[str, Any] | None) -> None:
        """Store a note under this name for this account; None deletes it."""
        ...

    async def recall(self, name: str) -> Mapping[str, Any] | None:
        """The note stored under this name."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """The context of one call. A tool's function gets the parts that match the types of its parameters.

    `telnyx` is bound to the caller's own credential. `files` are those of this machine; over HTTP there are none.
    """

    telnyx: Telnyx
    progress: Progress
    files: Files
    server: Server
    actions: Actions
    inbox: Inbox


@cache
def context_fields() -> Mapping[object, str]:
    """The types of the context's parts, and the name of the field that holds each."""
    return {kind: name for name, kind in get_type_hints(Context).items()}
