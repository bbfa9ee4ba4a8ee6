"""The step that shows what a call would send, and sends nothing."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, Protocol

from pydantic import Field

from telnyx_remote_mcp.calls.call import Call
from telnyx_remote_mcp.calls.pipeline import Next
from telnyx_remote_mcp.store.base import StoreUnavailable
from telnyx_tools.api.call import Call as Sent
from telnyx_tools.api.dry_run import UnmadeChange, UnsentRequest, find_stop
from telnyx_tools.api.redaction import without, without_any
from telnyx_tools.results.result import Result, redacted
from telnyx_tools.tool.effect import Effect

NO_PRICE: Final = (
    "not known before: search_detail_records shows what such calls cost, pricing.products.list the list prices"
)


class Foreseeing(Protocol):
    """A step that can predict what it would do about a call."""

    async def foresee(self, call: Call) -> Sequence[str]:
        """What the step would do about the call, in words for an agent; empty if it would just pass it on."""
        ...


class Preview(Result):
    preview: str = "this was not done"
    effect: str | None = None
    request: dict[str, Any] | None = Field(None, description="method, url, body; secrets are left out")
    here: str | None = Field(None, description="what the call would do on this machine or at this server")
    price: str | None = Field(None, description="what the call costs, where it spends")
    rules: list[str] | None = Field(None, description="what the guards would do about it")


class PreviewGuard:
    """Answers a preview call with the request that it would send, what the later `steps` would do about it, and its
    `price`. Reads that come before that request are made.

    With `always` (a dry run), every call that does not only read is previewed.
    """

    def __init__(
        self, steps: Sequence[Foreseeing], price: Callable[[Call], Awaitable[str | None]], *, always: bool
    ) -> None:
        self._steps = steps
        self._price = price
        self._always = always

    async def __call__(self, call: Call, proceed: Next) -> Result:
        if call.action.effect is Effect.READ or not (call.preview or self._always):
            return await proceed(call)
        call = replace(call, preview=True)
        rules = [rule for step in self._steps for rule in await step.foresee(call)]
        held = await _first_change(call, proceed)
        return Preview(
            effect=call.action.effect.value,
            request=_shown(held) if isinstance(held, UnsentRequest) else None,
            here=str(held) if isinstance(held, UnmadeChange) else None,
            price=await self._told_price(call),
            rules=rules or None,
        )

    async def _told_price(self, call: Call) -> str | None:
        """The price in words; None if the call costs nothing."""
        if call.action.effect is not Effect.SPENDS:
            return None
        try:
            price = await self._price(call)
        except StoreUnavailable:
            price = None
        return NO_PRICE if price is None else price


async def _first_change(call: Call, proceed: Next) -> UnsentRequest | UnmadeChange | None:
    """The first change that the call would make; None if it makes none."""
    try:
        await proceed(call)
    except BaseException as error:
        held = find_stop(error)
        if held is None:
            raise
        return held
    return None


def _shown(held: UnsentRequest) -> dict[str, Any]:
    request = held.call
    shown: dict[str, Any] = {"method": request.method, "url": without(request.url, held.secrets)}
    if (body := _body(request)) is not None:
        shown["body"] = without_any(body, held.secrets)
    return shown


def _body(request: Sent) -> object:
    """The JSON that would be sent, without its secret fields; for any other body its size and type, None if empty."""
    headers: Mapping[str, str] = {name.lower(): value for name, value in request.headers}
    kind = headers.get("content-type", "application/octet-stream").partition(";")[0]
    if kind == "application/json" and request.content:
        return redacted(json.loads(request.content))
    size = headers.get("content-length") if request.stream is not None else str(len(request.content))
    return f"{size} bytes of {kind}" if size and size != "0" else None
