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


class PolicyInfo(Part):
    """What happens to calls: `run`, `ask_when_unusual`, `ask` (the user, first) or `refuse`."""

    effects: dict[str, str] = Field({}, description="the word for most calls, by effect")
    others: dict[str, list[str]] | None = Field(None, description="tools, or whole groups, with another word, by word")
    unusual: list[str] | None = Field(None, description="what makes a call unusual")
    countries: list[str] | None = Field(None, description="the only ones that may be reached")
    quiet_hours: list[str] | None = Field(None, description="when the user is asked before anybody is reached")
    calls_at_once: int | None = None


class ServerInfo(Result):
    name: str
    version: str
    protocol_version: str
    tools: int = Field(description="visible to you")
    groups: list[str]
    hidden: dict[str, list[str]] | None = Field(
        None,
        description="groups that you do not see. other_surface: the generic tools call their tools, ?groups= or "
        "X-MCP-Toolsets lists them; request: left out by the URL or headers; user: not permitted; operator: off here",
    )
    may: dict[str, list[str]] | None = Field(
        None, description="how far the user lets you go, by level: look, change (and delete), spend (and reach people)"
    )
    read_only: bool
    dry_run: bool | None = Field(None, description="true: what would change something is shown, and not sent")
    sandbox: bool = Field(description="true: nothing here is real, nothing costs money")
    telnyx_api: str
    policy: PolicyInfo | None = None
    quotas: list[Quota] | None = Field(None, description="what your account may still do")
