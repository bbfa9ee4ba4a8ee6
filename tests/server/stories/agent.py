"""The account that stories are about, and how an agent of it is refused."""

import json
from typing import Any

from mcp.client import Client

KEY = "KEY_sandbox_stories"


async def refusal(client: Client, tool: str, **arguments: object) -> dict[str, Any]:
    """The error of a call that has to fail."""
    result = await client.call_tool(tool, arguments)
    assert result.is_error
    error: dict[str, Any] = json.loads(result.content[0].text)["error"]
    return error
