"""The policies that hold for a call: the operator's, and what the person behind the caller chose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from cachetools import TTLCache

from telnyx_remote_mcp.auth.caller import Caller
from telnyx_remote_mcp.calls.call import Call
from telnyx_remote_mcp.store.base import Store
from telnyx_remote_mcp.store.records import Records
from telnyx_remote_mcp.store.secret import Secret
from telnyx_remote_mcp.store.vault import Vault
from telnyx_remote_mcp.surface.policy import Policy, Rule, ruling
from telnyx_tools.registry import Registry

REMEMBERED_SECS: Final = 5
"""How long a choice may be old: a change reaches every replica within it."""


@dataclass(frozen=True, slots=True)
class _Chosen:
    policy: Policy


class ChosenPolicies:
    """What people chose, each for a grant, or for whoever comes with the key of an account."""

    def __init__(self, store: Store, secret: Secret) -> None:
        self._records = Records(store, Vault(secret), "policy", _Chosen)
        self._remembered: TTLCache[str, Policy | None] = TTLCache(4_096, REMEMBERED_SECS)

    async def of(self, caller: Caller) -> Policy | None:
        """The choice for this caller, None where nobody made one. Raises StoreUnavailable."""
        key = caller.grant_id or caller.principal
        if key not in self._remembered:
            chosen = await self._records.get(_place(key))
            self._remembered[key] = chosen.policy if chosen is not None else None
        return self._remembered[key]

    async def get(self, key: str) -> Policy | None:
        """The choice for a grant or a principal, as it is now."""
        chosen = await self._records.get(_place(key))
        return chosen.policy if chosen is not None else None

    async def put(self, key: str, policy: Policy) -> None:
        """Choose for a grant or a principal."""
        await self._records.put(_place(key), _Chosen(policy), None)
        self._remembered.pop(key, None)


def _place(key: str) -> str:
    return key.replace(":", "-").replace("/", "-")


@dataclass(frozen=True, slots=True)
class Policies:
    """`operator` is the policy of the whole server; over stdio, where nobody else chooses, it is the person's own."""

    registry: Registry
    operator: Policy | None
    chosen: ChosenPolicies | None = None

    async def of(self, call: Call) -> Sequence[Policy]:
        """What is laid down for this call. Raises StoreUnavailable."""
        person = await self.chosen.of(call.caller) if self.chosen is not None else None
        return [policy for policy in (self.operator, person) if policy is not None]

    def rule(self, call: Call, laid_down: Sequence[Policy]) -> Rule:
        """What happens to the call by these, and by what its request asked for."""
        return ruling(call.action, self.registry, laid_down, call.surface.policy)
