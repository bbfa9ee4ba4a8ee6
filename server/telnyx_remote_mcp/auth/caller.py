"""The caller of one request."""

from dataclasses import dataclass
from typing import Final, Literal

from starlette.types import Scope

from telnyx_remote_mcp.surface.owner_rules import NO_RULES, OwnerRules
from telnyx_remote_mcp.surface.permission import Permission
from telnyx_tools.api.credential import Credential

_KEY: Final = "telnyx.caller"


@dataclass(frozen=True, slots=True)
class Caller:
    """The caller: `principal` names the account without revealing its key, `credential` acts for it.

    `scopes` is None for a caller without restriction (an API key, or stdio). `permission` is what the person who
    connected the caller lets it do, None where the caller is that person. `grant_id` is the grant behind a token, and
    `rules` are those that the person set for it.
    """

    principal: str
    credential: Credential | None
    lane: Literal["api_key", "oauth", "stdio"]
    scopes: frozenset[str] | None = None
    permission: Permission | None = None
    grant_id: str | None = None
    rules: OwnerRules = NO_RULES

    @staticmethod
    def of(scope: Scope) -> "Caller":
        """The caller of this request. The gate has put it into the scope."""
        caller: Caller = scope[_KEY]
        return caller

    def enter(self, scope: Scope) -> None:
        """Put this caller into the scope of a request."""
        scope[_KEY] = self
