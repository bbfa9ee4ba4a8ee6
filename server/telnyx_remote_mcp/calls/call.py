"""A call: one action to be carried out, with everything that a guard needs to know about it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from telnyx_remote_mcp.auth.caller import Caller
from telnyx_remote_mcp.calls.client import Client
from telnyx_remote_mcp.calls.question import Agreement, Answers
from telnyx_remote_mcp.calls.slot import Slot
from telnyx_remote_mcp.surface.surfaces import Surface
from telnyx_tools.api.errors import MAY_BE_DONE, TelnyxError
from telnyx_tools.tool.context import Action, Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One action with its parsed `arguments`. `parent` is the call that made this one: a generic tool's, or a script's.

    `allow_duplicate` makes the call even if the same one was made before. With `preview` only reads may be sent.
    `agreement` is set once the person was asked about the call and said yes.
    """

    action: Action
    arguments: Mapping[str, object] = field(repr=False)
    caller: Caller
    surface: Surface
    client: Client
    request_id: str
    progress: Progress
    answers: Answers = field(default_factory=dict)
    allow_duplicate: bool = False
    preview: bool = False
    agreement: Agreement | None = None
    parent: Call | None = None
    slot: Slot | None = field(default=None, repr=False)
    """The concurrency slot of its request; None over stdio."""
    begun: asyncio.Event = field(default_factory=asyncio.Event, repr=False, compare=False)
    """Set right before the call takes effect. What ends it before that ends it with nothing sent."""

    @property
    def fields(self) -> Mapping[str, object]:
        """The fields for the API: the arguments of a tool, or the body among the arguments of an operation."""
        body = self.arguments.get("body")
        return body if isinstance(body, dict) else self.arguments

    def may_be_done(self, error: BaseException) -> bool:
        """Whether the call took effect, or may have, though it ended with this error. A cancellation is one too."""
        if isinstance(error, TelnyxError):
            return isinstance(error, MAY_BE_DONE)
        return self.begun.is_set()

    def nested(
        self,
        action: Action,
        arguments: Mapping[str, object],
        *,
        allow_duplicate: bool = False,
        preview: bool = False,
    ) -> Call:
        """A call that this one makes for the same caller. Its arguments are not parsed yet.

        Raises InvalidArguments.
        """
        return replace(
            self,
            action=action,
            arguments=action.parse(arguments),
            parent=self,
            begun=asyncio.Event(),
            allow_duplicate=self.allow_duplicate or allow_duplicate,
            preview=self.preview or preview,
        )
