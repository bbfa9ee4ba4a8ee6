"""Requests for events: their caller, their parameters, and errors with the codes of the client's profile."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol

import mcp_types as types
from mcp.shared.exceptions import MCPError
from mcp_types.version import MODERN_PROTOCOL_VERSIONS
from pydantic import ConfigDict

from telnyx_remote_mcp.auth.caller import Caller
from telnyx_remote_mcp.protocol.capabilities import EXTENSION
from telnyx_remote_mcp.protocol.listings import Context
from telnyx_remote_mcp.surface.surfaces import Surface
from telnyx_tools.api.errors import TelnyxError
from telnyx_tools.results.result import Result

if TYPE_CHECKING:
    from telnyx_remote_mcp.events.catalogue import EventType
    from telnyx_remote_mcp.events.services import EventServices
    from telnyx_remote_mcp.events.subscriptions import Profile

CODES: Final = {
    "sep": {
        "NotFound": -32023,
        "Forbidden": -32024,
        "ResourceExhausted": -32025,
        "Unsupported": -32026,
        "CallbackEndpointError": -32027,
    },
    "sketch": {
        "NotFound": -32011,
        "Forbidden": -32012,
        "ResourceExhausted": -32013,
        "Unsupported": -32014,
        "CallbackEndpointError": -32015,
    },
}


class Params(types.RequestParams):
    """Parameters of any name: these methods are new, and may get more parameters."""

    model_config = ConfigDict(extra="allow")


class Requests(Protocol):
    """Gives the surface and the caller of a request, and calls reading tools on the caller's behalf."""

    def surface(self, ctx: Context) -> Surface: ...
    def caller(self, ctx: Context) -> Caller: ...
    async def read(self, ctx: Context, name: str, arguments: Mapping[str, object]) -> Result: ...


class Authority(Protocol):
    """Gives the surface and the caller that an open request would have now; None if the caller's authority ended."""

    @property
    def can_change(self) -> bool:
        """Whether somebody can change what a caller may do, without ending the caller's authority."""

    async def now(self, surface: Surface, caller: Caller) -> tuple[Surface, Caller] | None: ...


@dataclass(frozen=True, slots=True)
class EventRequests:
    """What the handlers of events share. Without an `authority` a caller's rights never change during a request."""

    services: Callable[[], EventServices]
    requests: Requests
    authority: Authority | None = None

    @property
    def can_change(self) -> bool:
        """Whether the list of events may change while a request is open."""
        return self.authority is not None and self.authority.can_change

    def principal(self, ctx: Context) -> str:
        return self.requests.caller(ctx).principal

    async def now(self, ctx: Context) -> tuple[Surface, Caller] | None:
        """The surface and the caller of an open request, as they are now. Raises StoreUnavailable."""
        surface, caller = self.requests.surface(ctx), self.requests.caller(ctx)
        return await self.authority.now(surface, caller) if self.authority is not None else (surface, caller)

    async def allows(self, ctx: Context, type_: EventType) -> bool:
        """Whether an open request may still get these events. Raises StoreUnavailable."""
        now = await self.now(ctx)
        return now is not None and type_.is_allowed(*now)

    async def offered(self, ctx: Context) -> list[str] | None:
        """The types that `events/list` would show now; None if the authority ended. Raises StoreUnavailable."""
        from telnyx_remote_mcp.events.catalogue import CATALOGUE

        now = await self.now(ctx)
        return [each.name for each in CATALOGUE.allowed(*now)] if now is not None else None

    def modes(self, ctx: Context) -> list[str]:
        """The delivery modes that this client can use."""
        push = ["push"] if ctx.protocol_version in MODERN_PROTOCOL_VERSIONS else []
        webhook = ["webhook"] if self.may_deliver(ctx) else []
        return ["poll", *push, *webhook]

    def may_deliver(self, ctx: Context) -> bool:
        """Whether events can be delivered to webhooks of the client.

        That takes webhooks from Telnyx and a running delivery. Over stdio it is impossible: the process ends with its
        client.
        """
        services = self.services()
        return ctx.request is not None and services.delivery is not None and services.base_url is not None

    def chosen(self, ctx: Context, mode: str) -> tuple[EventType, dict[str, Any]]:
        """The requested event type and its filter. A type that the caller may not see is "not found"."""
        from telnyx_remote_mcp.events.catalogue import CATALOGUE

        params = ctx.params or {}
        type_ = CATALOGUE.find(params.get("name"))
        if type_ is None or not type_.is_allowed(self.requests.surface(ctx), self.requests.caller(ctx)):
            raise error_of(ctx, "NotFound", kind="event")
        if mode not in self.modes(ctx):
            raise error_of(ctx, "Unsupported", feature="deliveryMode", value=mode)
        arguments = object_of(params.get("arguments"))
        try:
            type_.wanted(arguments)
        except ValueError as error:
            raise invalid(f"Invalid arguments: {error}") from None
        return type_, arguments

    async def begin(self, ctx: Context) -> tuple[str, bool]:
        """The journal position after which this request starts, and whether it skips events."""
        from telnyx_remote_mcp.events.cursors import begin

        cursor, age_ms = (ctx.params or {}).get("cursor"), whole(ctx, "maxAgeMs", None)
        if cursor is not None and not isinstance(cursor, str):
            raise invalid("cursor is a text that was returned here, or null")
        age_secs = None if age_ms is None else age_ms / 1_000
        return await begin(self.services().inbox_events, self.principal(ctx), cursor, age_secs)


def profile_of(ctx: Context) -> Profile:
    """The version of the events protocol that the client of this request speaks."""
    capabilities = ctx.session.client_capabilities
    return "sep" if capabilities is not None and EXTENSION in (capabilities.extensions or {}) else "sketch"


def error_of(ctx: Context, name: str, **data: Any) -> MCPError:
    return MCPError(code=CODES[profile_of(ctx)][name], message=name, data=data or None)


def forbidden(ctx: Context) -> dict[str, Any]:
    """The error that says why an open request gets nothing more."""
    return error_of(ctx, "Forbidden").error.model_dump(mode="json", exclude_none=True)


def invalid(why: str) -> MCPError:
    return MCPError(code=types.INVALID_PARAMS, message=why)


def object_of(value: object) -> dict[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise invalid("arguments and delivery are objects")
    return value


def whole(ctx: Context, name: str, default: int | None) -> int | None:
    value = (ctx.params or {}).get(name, default)
    if value is not None and (type(value) is not int or value < 0):
        raise invalid(f"{name} is a whole number")
    return value


@contextmanager
def available() -> Iterator[None]:
    """Turns errors of the store and of Telnyx into errors of the protocol."""
    from telnyx_remote_mcp.events.unavailable import needing_inbox

    try:
        with needing_inbox():
            yield
    except TelnyxError as error:
        raise failed(error) from None


def failed(error: TelnyxError) -> MCPError:
    """A Telnyx error as an error of the protocol."""
    told = error.describe()
    return MCPError(code=types.INTERNAL_ERROR, message=str(told.get("title") or "It failed"), data=dict(told))
