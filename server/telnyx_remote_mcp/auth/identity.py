"""A verified caller as the SDK's session manager knows them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from telnyx_remote_mcp.auth.caller import Caller

if TYPE_CHECKING:
    from mcp.server.auth.middleware.bearer_auth import AuthenticatedUser


@dataclass(frozen=True, slots=True)
class Identity:
    """A verified caller, and the same principal as the SDK's session manager knows it."""

    caller: Caller
    user: AuthenticatedUser

    @classmethod
    def of(cls, caller: Caller, issuer: str) -> Identity:
        """The SDK compares (client_id, issuer, subject) to keep another's session out of reach.

        Its token field carries the principal: nothing of the SDK needs the credential itself.
        """
        # A process that makes a single call verifies nobody, and need not load the SDK's server for this.
        from mcp.server.auth.middleware.bearer_auth import AuthenticatedUser
        from mcp.server.auth.provider import AccessToken

        token = AccessToken(
            token=caller.principal,
            client_id=caller.principal,
            subject=caller.principal,
            scopes=sorted(caller.scopes or ()),
            claims={"iss": issuer},
        )
        return cls(caller, AuthenticatedUser(token))
