"""The context of a call: everything that an action is given besides its arguments, and the protocols of it."""

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
        """The kinds that make every call of it sensitive, such as `payment`: the operator has to allow each."""
        ...

    def sensitive_fields(self, arguments: Mapping[str, object]) -> Mapping[str, str]:
        """The parsed arguments that make this call sensitive, as `body.daily_spend_limit`, and the kind of each."""
        ...

    @property
    def check(self) -> str | None:
        """The way to find out whether a call whose answer was lost took place; None for what changes nothing."""
        ...

    @property
    def calls(self) -> Sequence[str]:
        """The API operations it makes, as `METHOD /path/{template}`."""
        ...

    @property
    def target(self) -> str | None:
        """The argument that names another action to call, for a generic tool. Such an action has no effect itself."""
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
        """The other groups whose data a call with these parsed arguments reaches into, and what it does there."""
        ...

    def describe(self, at: str = "") -> Mapping[str, Any]:
        """Describe what it takes, for an agent to read. Raises InvalidArguments where there is nothing at `at`."""
        ...

    def parse(self, arguments: Mapping[str, object]) -> Mapping[str, object]:
        """The arguments, validated; nothing is sent. Raises InvalidArguments, which names every bad one."""
        ...

    async def run(self, arguments: Mapping[str, object], context: Context) -> Result:
        """Carry it out with parsed arguments. Raises a TelnyxError that says what went wrong."""
        ...


class Actions(Protocol):
    """The actions within reach of one request, for the tools that find and call them."""

    @property
    def tools(self) -> Mapping[str, Action]:
        """The tools that may be called by name."""
        ...

    def refusal(self, action: Action) -> str | None:
        """Explain why the action may not be called here; None if it may."""
        ...

    async def call(self, action: Action, arguments: Mapping[str, object], *, allow_duplicate: bool = False) -> Result:
        """The result of another action, with every guard of a call of its own. Raises as `Action.run` and `parse`.

        `allow_duplicate` makes a call that spends once more, where the same one was made a moment ago.
        """
        ...

    async def preview(self, action: Action, arguments: Mapping[str, object]) -> Result:
        """What the action would send, which is not sent, as a result. Raises as `call`."""
        ...


class Progress(Protocol):
    """Tells the client how far a call is. Does nothing where the client did not ask."""

    async def __call__(self, progress: float, total: float | None = None, message: str | None = None) -> None: ...


Decision = Literal["pending", "approved", "denied", "used"]
"""What the user said about a call: nothing yet, yes, no; or yes, and it was made."""


class Server(Protocol):
    """The server, as far as a tool learns of it and of the request."""

    async def info(self) -> ServerInfo: ...

    async def decision(self, approval_id: str, wait_secs: float) -> Decision | None:
        """The user's decision about a call that this caller wanted to make; None where there is no such approval.

        Returns as soon as they decided, or after `wait_secs`.
        """
        ...

    async def confirm(self, approval_id: str) -> Decision | None:
        """Say for the user that they agreed: the decision then, None where there is no such approval.

        Raises a TelnyxError where the agent's word does not count.
        """
        ...


class Inbox(Protocol):
    """The events of the caller's account. A cursor is a text that an answer gave as `next`.

    Every method raises a TelnyxError while what keeps the events does not answer.
    """

    async def webhook_url(self) -> str | None:
        """The URL that Telnyx sends this account's events to; None where this server has no address that it can reach.

        Raises a TelnyxError where the account's public key cannot be had.
        """
        ...

    async def unclaimed_url(self, name: str, is_unclaimed: Callable[[], Awaitable[bool]]) -> str | None:
        """The same URL if what has this name `is_unclaimed`: if its events go nowhere else. Never raises: what cannot
        be found out counts as claimed.

        It is found out once in two minutes, and anew after this account changed something here.
        """
        ...

    async def add(self, events: Sequence[Event]) -> None:
        """Put in those that are not there yet."""
        ...

    async def find(self, wanted: Wanted, since: str | None, limit: int) -> Events:
        """The events after a cursor; without one the newest. Raises ValueError for a text that is no cursor."""
        ...

    async def wait(
        self, wanted: Wanted, since: str | None, wait_secs: float, poll: Poll | None, progress: Progress
    ) -> Events:
        """The wanted events as soon as there is one, or none after `wait_secs`.

        `poll` is asked at once and then from time to time, until webhooks tell of what is wanted. Raises ValueError as
        `find`, and a TelnyxError where too many wait already.
        """
        ...

    async def refused(self) -> int:
        """How many webhooks with a wrong signature came within a day."""
        ...

    async def remember(self, name: str, note: Mapping[str, Any] | None) -> None:
        """Keep a note of that name for this account; None deletes it."""
        ...

    async def recall(self, name: str) -> Mapping[str, Any] | None:
        """The note of that name."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """The context of one call. A tool's function takes parts of it, by the types of its parameters.

    `telnyx` is bound to the caller's own credential. `files` are those of this machine: over HTTP none.
    """

    telnyx: Telnyx
    progress: Progress
    files: Files
    server: Server
    actions: Actions
    inbox: Inbox


@cache
def context_fields() -> Mapping[object, str]:
    """The field of the context that holds each type of part."""
    return {kind: name for name, kind in get_type_hints(Context).items()}
