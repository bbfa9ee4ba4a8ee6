"""The standing of a subscription: whether its grant or API key is still valid and still allows its events."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Protocol

from telnyx_remote_mcp.auth.caller import Caller
from telnyx_remote_mcp.events.catalogue import EventType
from telnyx_remote_mcp.events.subscriptions import Subscription
from telnyx_remote_mcp.http.refusal import Refusal
from telnyx_remote_mcp.surface.selection import EVERYTHING
from telnyx_remote_mcp.surface.surfaces import Surface, Surfaces

if TYPE_CHECKING:
    from telnyx_remote_mcp.auth.api_keys import ApiKeys
    from telnyx_remote_mcp.auth.grant import Grant
    from telnyx_remote_mcp.auth.grants import Grants

_FROM: Final = "subscriptions"
"""Stands in for a client address: `ApiKeys.verify` limits unproven keys by address."""


class Standing(Protocol):
    """Checks whether events may still be delivered to a subscription; None if that cannot be checked now."""

    async def __call__(self, subscription: Subscription, type_: EventType) -> bool | None: ...


@dataclass(frozen=True, slots=True)
class Authority:
    """Checks the grant of a subscription, or asks Telnyx about its API key. Raises StoreUnavailable."""

    surfaces: Surfaces
    keys: ApiKeys
    grants: Grants | None

    async def __call__(self, subscription: Subscription, type_: EventType) -> bool | None:
        if subscription.grant_id is not None:
            return await self._is_granted(subscription, subscription.grant_id, type_)
        if subscription.api_key is None:
            return False
        return await self._is_good(subscription.api_key, subscription.principal)

    @property
    def can_change(self) -> bool:
        """Whether there are grants, which their owners can change."""
        return self.grants is not None

    async def now(self, surface: Surface, caller: Caller) -> tuple[Surface, Caller] | None:
        """The surface and the caller that a new request of this caller would have; None if their authority ended."""
        if caller.grant_id is not None:
            grant = await self._grant(caller.grant_id, caller.principal)
            if grant is None:
                return None
            changed = replace(caller, scopes=grant.scopes, permission=grant.permission)
            return self.surfaces.of(surface.bounds[-1], grant.permission), changed
        key = caller.credential if caller.lane == "api_key" else None
        if key is not None and await self._is_good(key.secret, caller.principal) is False:
            return None
        return surface, caller

    async def _is_granted(self, subscription: Subscription, grant_id: str, type_: EventType) -> bool:
        grant = await self._grant(grant_id, subscription.principal)
        if grant is None:
            return False
        caller = Caller(grant.account, None, "oauth", grant.scopes, grant.permission, grant.id)
        return type_.is_allowed(self.surfaces.of(EVERYTHING, grant.permission), caller)

    async def _grant(self, grant_id: str, principal: str) -> Grant | None:
        """The grant, if it gives access to this account."""
        grant = await self.grants.get(grant_id) if self.grants is not None else None
        return grant if grant is not None and grant.account == principal else None

    async def _is_good(self, key: str, principal: str) -> bool | None:
        """Whether Telnyx accepts the key for this account; None if it cannot be asked."""
        try:
            identity = await self.keys.verify(key, _FROM)
        except Refusal as refusal:
            return False if refusal.status == 401 else None
        return identity.caller.principal == principal
