"""The OAuth resource server: verifies access tokens at the MCP endpoints, and checks the scope of each tool call."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from telnyx_remote_mcp.auth import challenges
from telnyx_remote_mcp.auth.caller import Caller
from telnyx_remote_mcp.auth.identity import Identity
from telnyx_remote_mcp.auth.resources import Resources
from telnyx_remote_mcp.auth.scopes import Scopes, effective_action, lacks
from telnyx_remote_mcp.http.refusal import Refusal
from telnyx_remote_mcp.surface.surfaces import Surface


class Tokens(Protocol):
    """Access tokens, as `access_tokens.AccessTokens` verifies them."""

    async def verify(self, token: str, path: str) -> Identity: ...
    async def is_active(self, grant_id: str) -> bool: ...
    async def listed(self, grant_id: str) -> None: ...


class ResourceServer:
    """What the gate of the endpoints needs of OAuth."""

    def __init__(self, tokens: Tokens, resources: Resources, scopes: Scopes) -> None:
        self._tokens = tokens
        self._resources = resources
        self._scopes = scopes

    async def identify(self, token: str, path: str) -> Identity:
        """Return the caller that the token acts for at this endpoint. Raises Unauthorized."""
        return await self._tokens.verify(token, path)

    async def is_active(self, grant_id: str) -> bool:
        """Return whether a grant still gives access."""
        return await self._tokens.is_active(grant_id)

    async def note_listing(self, caller: Caller) -> None:
        """Note that the caller's client lists the tools; the account page shows when it last did."""
        if caller.grant_id is not None:
            await self._tokens.listed(caller.grant_id)

    def with_sign_in(self, refusal: challenges.Unauthorized, path: str) -> Refusal:
        """The 401 with where a client of this endpoint can sign in."""
        return refusal.with_sign_in(self._scopes.baseline, self._resources.metadata_url(path))

    def check_scope(self, caller: Caller, surface: Surface, call: Mapping[str, Any], path: str) -> None:
        """Raises the 403 for a tool call that needs a scope which the caller does not have.

        Its challenge names the caller's present scopes as well, so that a client which asks for exactly these keeps
        them.
        """
        name, arguments = call.get("name"), call.get("arguments")
        tool = surface.find(name) if isinstance(name, str) else None
        if tool is None or caller.scopes is None:
            return
        action = effective_action(surface, tool, arguments if isinstance(arguments, Mapping) else {})
        if action is not tool and surface.refusal(action) is not None:
            return  # the surface refuses the call, so no scope would help; the tool says why
        if lacks(caller.scopes, action):
            scopes = sorted({*caller.scopes, action.scope})
            raise challenges.insufficient_scope(tool.name, scopes, self._resources.metadata_url(path))
