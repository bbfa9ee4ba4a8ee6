"""The description that a server gives of itself to an agent."""

from __future__ import annotations

from pydantic import Field

from telnyx_tools.results.result import Part, Result


class Quota(Part):
    of: str | None = Field(None, description="messages, calls, purchases, changes or spend")
    limit: int | None = None
    per: str | None = None
    left: float | None = None
    holds_for: str | None = Field(None, description="the account, or this connection alone")


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
    quotas: list[Quota] | None = Field(None, description="what your account may still do")
