"""A grant: what one person allowed one client to do with a linked Telnyx account."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from telnyx_remote_mcp.surface.permission import Level, Permission, permission

Ending = Literal["reused", "replayed", "given_back", "rejected"]
"""Why a grant ended by itself: a refresh token was in two hands, or a code; the client gave its token back; or Telnyx
no longer accepts the credential."""
SHOWN_SECS: Final = 30 * 86_400
"""How long a person can read that a connection ended, and why."""


@dataclass(frozen=True, slots=True)
class Grant:
    """One client's leave to act for one account, as the person narrowed it. Times are Unix seconds.

    `account` is the principal, `lane` how it was linked: by an API key, or by signing in at Telnyx. No
    `groups` means all; no `expires_at` means until it is revoked. A grant has `begun` once its code was redeemed,
    and lasts until `kept_until`, which each refresh of its tokens moves on.
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
    begun: bool = True
    kept_until: int | None = None
    """None in a grant of the first version alone."""
    last_listed_at: int | None = None
    ended: Ending | None = None
    ended_at: int | None = None

    def lives(self, now: float) -> bool:
        """Whether it gives access."""
        return self.ended is None and (self.end is None or now < self.end)

    @property
    def end(self) -> int | None:
        """When it ends if nothing happens; None for never."""
        ends = [end for end in (self.expires_at, self.kept_until) if end is not None]
        return min(ends, default=None)

    def permission(self, products: Iterable[str]) -> Permission:
        """How far it goes. `products` are those of this server: a grant without groups was of all of them.

        The rest of the API is not in it: the page that was agreed to did not tell whether it was.
        """
        level = Level.LOOK if self.read_only else Level.SPEND
        return permission({product: level for product in products if not self.groups or product in self.groups})

    def ttl_secs(self, now: float) -> float | None:
        """How long its credential is kept; None without an end."""
        return None if self.end is None else max(self.end - now, 1)

    def shown_secs(self, now: float) -> float | None:
        """How long the grant itself is kept, which holds no credential."""
        end = self.ended_at or self.end
        return None if end is None else max(end - now, 1) + (SHOWN_SECS if self.begun else 0)
