"""The list of calls that go on, which Telnyx pages by number or by cursor."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from telnyx_tools.api.client import Telnyx
from telnyx_tools.groups.call_control import call_control
from telnyx_tools.groups.call_control.applications import choose_application
from telnyx_tools.results.pages import FROM_ONE, NEXT, PLACE, Cursor, Page, PageSize, cursor_of, page_of
from telnyx_tools.results.result import Detail, Result
from telnyx_tools.shared.client_state import decoded
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.source import From
from telnyx_tools.tool.types import CallControlApplicationId

_AFTER = "after:"


@dataclass(frozen=True, slots=True)
class After:
    """A place in a list that goes on behind a token, and how many items behind it were already given."""

    token: str
    skip: int = 0

    @classmethod
    def parse(cls, text: str) -> After | None:
        skip, _, token = text.removeprefix(_AFTER).partition(":")
        ours = text.startswith(_AFTER) and skip.isascii() and skip.isdigit() and token
        return cls(token, int(skip)) if ours else None

    def __str__(self) -> str:
        return f"{_AFTER}{self.skip}:{self.token}"


ActiveCallsCursor = Annotated[str, cursor_of(rf"(?s:{PLACE}|{_AFTER}[0-9]{{1,6}}:.+)", FROM_ONE), NEXT]


class ActiveCall(Result):
    call_control_id: str | None = None
    call_leg_id: str | None = None
    call_session_id: str | None = None
    call_duration: int | None = Field(None, description="seconds since the answer")
    client_state: Annotated[Any, BeforeValidator(decoded)] = None


@call_control.tool(
    effect=Effect.READ,
    scope="voice.read",
    calls=("GET /connections/{connection_id}/active_calls", "GET /call_control_applications"),
)
async def list_active_calls(
    telnyx: Telnyx,
    connection_id: Annotated[
        CallControlApplicationId | None, From("list_call_control_applications", note="needed if there are several")
    ] = None,
    page: ActiveCallsCursor = "1",
    page_size: PageSize = 20,
    detail: Detail = "summary",
) -> Page[ActiveCall]:
    """Calls that are ringing or in progress now."""
    chosen, _ = await choose_application(telnyx, connection_id)
    after = After.parse(page)
    cursor = Cursor(skip=after.skip) if after else Cursor.parse(page, page_size)
    place = {"after": after.token} if after else {"number": cursor.number, "size": cursor.size}
    answer = await telnyx.get("/connections/{connection_id}/active_calls", query={"page": place}, connection_id=chosen)
    found = page_of(ActiveCall, answer, cursor, detail)
    following = _following(answer)
    if after and found.next is not None:
        found.next = str(replace(after, skip=after.skip + len(found.items)))
    elif found.next is None and following:
        found.next = str(After(following))
    return found


def _following(answer: object) -> str | None:
    """The token behind which the list goes on."""
    meta = answer.get("meta") if isinstance(answer, dict) else None
    cursors = meta.get("cursors") if isinstance(meta, dict) else None
    token = cursors.get("after") if isinstance(cursors, dict) else None
    return token if isinstance(token, str) and token else None
