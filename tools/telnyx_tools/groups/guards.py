"""What the agent may do here, and how it is guarded."""

from __future__ import annotations

from typing import Protocol

from pydantic import Field

from telnyx_tools.results.result import Result
from telnyx_tools.tool.group import Group
from telnyx_tools.tool.tool import Effect

guards = Group("guards", title="Server", summary="What this server is and what it lets you do.")


class ServerInfo(Result):
    name: str
    version: str
    protocol_version: str
    tools: int = Field(description="visible to you")
    groups: list[str]
    all_groups: list[str] = Field(
        description="reachable with ?groups= or X-MCP-Toolsets, within what the operator allows"
    )
    read_only: bool
    sandbox: bool = Field(description="true: nothing here is real, nothing costs money")
    telnyx_api: str


class Server(Protocol):
    """What the server tells a tool about itself and the request."""

    def info(self) -> ServerInfo: ...


@guards.tool(effect=Effect.READ, scope="account_management.read", core=True)
async def get_server_info(server: Server) -> ServerInfo:
    """This server's version, the tool groups you see and could see, and whether it is read-only or a sandbox."""
    return server.info()
