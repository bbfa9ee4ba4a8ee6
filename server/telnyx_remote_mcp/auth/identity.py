"""A verified caller, in the form that the SDK's session manager needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from telnyx_remote_mcp.auth.caller import Caller

if TYPE_CHECKING:
    from mcp.server.auth.middleware.bearer_auth import AuthenticatedUser


@dataclass(frozen=True, slots=True)
class Identity:
    """A verified caller, and the same principal as the SDK's user."""

    caller: Caller
    user: AuthenticatedUser

    @classmethod
    def of(cls, caller: Caller, issuer: str) -> Identity:
        """Make the SDK's user for a caller. The SDK compares (client_id, issuer, subject), so that nobody can use the
        session of another.

        Its token field holds the principal, because the SDK does not need the credential.
        """
        # Imported on first use: a process that makes a single call verifies nobody, and does not need the SDK's server.
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
