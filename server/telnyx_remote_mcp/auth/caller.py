"""The caller of one request."""

from dataclasses import dataclass
from typing import Final, Literal

from mcp.server.auth.middleware.bearer_auth import AuthenticatedUser
from mcp.server.auth.provider import AccessToken
from starlette.types import Scope

from telnyx_remote_mcp.surface.permission import Permission
from telnyx_tools.api.credential import Credential

_KEY: Final = "telnyx.caller"


@dataclass(frozen=True, slots=True)
class Caller:
    """The caller: `principal` names the account without revealing its key, `credential` acts for it.

    `scopes` is None for a caller without restriction (an API key, or stdio). `permission` is how far the person who
    connected the caller lets it go, None where the caller is that person; `grant_id` is the grant behind a token.
    """

    principal: str
    credential: Credential | None
    lane: Literal["api_key", "oauth", "stdio"]
    scopes: frozenset[str] | None = None
    permission: Permission | None = None
    grant_id: str | None = None

    @staticmethod
    def of(scope: Scope) -> "Caller":
        """The caller of this request, whom the gate has put into its scope."""
        caller: Caller = scope[_KEY]
        return caller

    def enter(self, scope: Scope) -> None:
        """Become the caller of this request."""
        scope[_KEY] = self


@dataclass(frozen=True, slots=True)
class Identity:
    """A verified caller, and the same principal as the SDK's session manager knows it."""

    caller: Caller
    user: AuthenticatedUser

    @classmethod
    def of(cls, caller: Caller, issuer: str) -> "Identity":
        """The SDK compares (client_id, issuer, subject) to keep another's session out of reach.

        Its token field carries the principal: nothing of the SDK needs the credential itself.
        """
        token = AccessToken(
            token=caller.principal,
            client_id=caller.principal,
            subject=caller.principal,
            scopes=sorted(caller.scopes or ()),
            claims={"iss": issuer},
        )
        return cls(caller, AuthenticatedUser(token))
