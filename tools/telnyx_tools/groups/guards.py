"""The server's description of itself and of what it lets the agent do."""

from __future__ import annotations

from telnyx_tools.tool.context import Server
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.group import NO_SCOPE, Group
from telnyx_tools.tool.server_info import ServerInfo

guards = Group("guards", title="Server", summary="What this server is and what it lets you do.", generic=True)


@guards.tool(effect=Effect.READ, scope=NO_SCOPE, core=True)
async def get_server_info(server: Server) -> ServerInfo:
    """This server's version, the tool groups you see and could see, and whether it is read-only or a sandbox."""
    return await server.info()
