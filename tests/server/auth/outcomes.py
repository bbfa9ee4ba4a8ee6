"""How an attempt to come in ends."""

from collections.abc import Awaitable

from telnyx_remote_mcp.http.refusal import Refusal


async def outcome(attempt: Awaitable[object]) -> int:
    """The HTTP status that the caller gets."""
    try:
        await attempt
    except Refusal as refused:
        return refused.status
    return 200
