"""The standing of a subscription: its grant or API key is good, and allows what it tells of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from telnyx_remote_mcp.auth.caller import Caller
from telnyx_remote_mcp.events.catalogue import EventType
from telnyx_remote_mcp.events.subscriptions import Subscription
from telnyx_remote_mcp.http.refusal import Refusal
from telnyx_remote_mcp.surface.selection import EVERYTHING
from telnyx_remote_mcp.surface.surfaces import Surfaces

if TYPE_CHECKING:
    from telnyx_remote_mcp.auth.api_keys import ApiKeys
    from telnyx_remote_mcp.auth.grants import Grants

_FROM: Final = "subscriptions"
"""Instead of an address, among those from which unproven keys are looked at."""


class Standing(Protocol):
    """Says whether a subscription may be delivered to; None where that cannot be said just now."""

    async def __call__(self, subscription: Subscription, type_: EventType) -> bool | None: ...


@dataclass(frozen=True, slots=True)
class Authority:
    """Looks at the grant, or at the key as Telnyx judges it. Raises StoreUnavailable."""

    surfaces: Surfaces
    keys: ApiKeys
    grants: Grants | None

    async def __call__(self, subscription: Subscription, type_: EventType) -> bool | None:
        if subscription.grant_id is not None:
            return await self._is_granted(subscription, subscription.grant_id, type_)
        if subscription.api_key is None:
            return False
        try:
            identity = await self.keys.verify(subscription.api_key, _FROM)
        except Refusal as refusal:
            return False if refusal.status == 401 else None
        return identity.caller.principal == subscription.principal

    async def _is_granted(self, subscription: Subscription, grant_id: str, type_: EventType) -> bool:
        grant = await self.grants.get(grant_id) if self.grants is not None else None
        if grant is None or grant.account != subscription.principal:
            return False
        caller = Caller(grant.account, None, "oauth", grant.scopes, grant.permission, grant.id)
        return type_.is_allowed(self.surfaces.of(EVERYTHING, grant.permission), caller)
