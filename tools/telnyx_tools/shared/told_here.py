"""The events of one call or message, told to this server."""

from __future__ import annotations

from typing import Final

from telnyx_tools.argument_errors import InvalidArguments, Problem
from telnyx_tools.tool.context import Inbox

ToldHere = bool | None
"""Whether this server is told of the events. It is not described: the tools that wait for them say what it does."""
UNREACHABLE: Final = "No webhook was set: Telnyx cannot reach this server, so wait_for_event asks Telnyx instead."


async def webhook_for(inbox: Inbox, events: bool | None, webhook_url: str | None) -> tuple[str | None, str | None]:
    """The webhook of one request, and a note where it was to be this server and cannot.

    Raises InvalidArguments where both are asked for, and what `Inbox.webhook_url` raises.
    """
    if not events:
        return webhook_url, None
    if webhook_url is not None:
        raise InvalidArguments([Problem("events", "Give events or webhook_url: one URL is told.")])
    url = await inbox.webhook_url()
    return url, None if url is not None else UNREACHABLE
