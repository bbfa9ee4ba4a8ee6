"""A grant: what one person allowed one client to do with a linked Telnyx account."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from telnyx_remote_mcp.surface.permission import Level, Permission, permission


@dataclass(frozen=True, slots=True)
class Grant:
    """One client's leave to act for one account, as the person narrowed it. Times are Unix seconds.

    `account` is the principal, `lane` how it was linked: by an API key, or by signing in at Telnyx. No
    `groups` means all; no `expires_at` means until it is revoked.
    """

    id: str
    client_id: str
    client_name: str
    account: str
    lane: Literal["key", "telnyx"]
    scopes: frozenset[str]
    groups: tuple[str, ...]
    read_only: bool
    created_at: int
    expires_at: int | None
    last_used_at: int

    def permission(self, products: Iterable[str]) -> Permission:
        """How far it goes. `products` are those of this server: a grant without groups was of all of them.

        The rest of the API is not in it: the page that was agreed to did not tell whether it was.
        """
        level = Level.LOOK if self.read_only else Level.SPEND
        return permission({product: level for product in products if not self.groups or product in self.groups})

    def ttl_secs(self, now: float) -> float | None:
        """How long it has to live; None without an end."""
        return None if self.expires_at is None else self.expires_at - now
