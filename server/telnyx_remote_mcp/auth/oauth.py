"""The parts of signing in by OAuth, assembled. Imported only where it is switched on."""

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
    """The parts of OAuth that the app needs: the verification of access tokens, and routes."""

    upkeep: Upkeep
    """The app keeps its `running` open beside the requests."""
    grants: Grants
    server: AuthorizationServer
    tokens: AccessTokens
    resource_server: ResourceServer
    documents: list[Route]
    """Routes for programs, open to pages of any origin."""
    pages: list[Route]
    """Routes for people, for pages of this origin only."""
