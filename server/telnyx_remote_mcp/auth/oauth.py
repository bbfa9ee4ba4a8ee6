"""Connecting by sign-in, put together from its parts. Imported only where it is on."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.routing import Route

from telnyx_remote_mcp.auth.access_tokens import AccessTokens
from telnyx_remote_mcp.auth.authorization_server.server import AuthorizationServer
from telnyx_remote_mcp.auth.grants import Grants
from telnyx_remote_mcp.auth.resource_server import ResourceServer
from telnyx_remote_mcp.auth.upkeep import Upkeep


@dataclass(frozen=True)
class OAuth:
    """The parts of OAuth that the app needs: a gate for access tokens, and routes."""

    upkeep: Upkeep
    """To be begun when the app starts."""
    grants: Grants
    server: AuthorizationServer
    tokens: AccessTokens
    resource_server: ResourceServer
    documents: list[Route]
    """Public, for programs on any site."""
    pages: list[Route]
    """For browsers on this site."""
