"""A grant: what one person allowed one client to do with a linked Telnyx account."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from telnyx_remote_mcp.surface.owner_rules import NO_RULES, OwnerRules
from telnyx_remote_mcp.surface.permission import Level, Permission, permission

Lane = Literal["key", "telnyx"]
"""How an account was linked: by an API key, or by signing in at Telnyx."""
Ending = Literal["reused", "replayed", "given_back", "rejected"]
"""Why a grant ended by itself: a refresh token was used twice; a code was used twice; the client revoked its token; or
Telnyx no longer accepts the credential."""
SHOWN_SECS: Final = 30 * 86_400
"""How long the account page shows that a connection ended, and why."""


@dataclass(frozen=True, slots=True)
class Grant:
    """What one client may do with one account. Times are Unix seconds.

    `account` is the principal. `permission` is what the person chose, `scopes` what that needs, within what Telnyx
    gave; no `expires_at` means until it is revoked. A grant has `begun` once its code was redeemed, and lasts until
    `kept_until`, which each refresh of its tokens moves on.
    """

    id: str
    client_id: str
    client_name: str
    account: str
    lane: Lane
    permission: Permission
    scopes: frozenset[str]
    given: frozenset[str] | None
    """The scopes that Telnyx gave for it; None for an API key, which has no scopes."""
    created_at: int
    expires_at: int | None
    last_used_at: int
    begun: bool = True
    kept_until: int | None = None
    """None only in a grant of the first version."""
    last_listed_at: int | None = None
    ended: Ending | None = None
    ended_at: int | None = None
    replaces: str | None = None
    """The grant of the same client and account whose place it takes when it begins."""
    rules: OwnerRules = NO_RULES
    """The rules that the person set for it beside the permission. Grants from before there were rules have none."""

    def lives(self, now: float) -> bool:
        """Return whether the grant gives access."""
        return self.ended is None and (self.end is None or now < self.end)

    @property
    def end(self) -> int | None:
        """The Unix time at which the grant ends if it is not extended; None for never."""
        ends = [end for end in (self.expires_at, self.kept_until) if end is not None]
        return min(ends, default=None)

    def ttl_secs(self, now: float) -> float | None:
        """How long the store keeps the grant's credential; None without an end."""
        return None if self.end is None else max(self.end - now, 1)

    def shown_secs(self, now: float) -> float | None:
        """How long the store keeps the grant itself, which holds no credential; None without an end."""
        end = self.ended_at or self.end
        return None if end is None else max(end - now, 1) + (SHOWN_SECS if self.begun else 0)


@dataclass(frozen=True, slots=True)
class FirstGrant:
    """A grant in the form of 0.1.0. Empty `groups` meant all products, with or without the rest of the API."""

    id: str
    client_id: str
    client_name: str
    account: str
    lane: Lane
    scopes: frozenset[str]
    groups: tuple[str, ...]
    read_only: bool
    created_at: int
    expires_at: int | None
    last_used_at: int
    begun: bool = True
    kept_until: int | None = None
    last_listed_at: int | None = None
    ended: Ending | None = None
    ended_at: int | None = None

    def read(self, products: Iterable[str]) -> Grant:
        """The grant in its narrower meaning: all `products` of this server or the named ones, never the rest of the
        API."""
        writes = not self.read_only and any(scope.endswith(".write") for scope in self.scopes)
        level = Level.SPEND if writes else Level.LOOK
        return Grant(
            id=self.id,
            client_id=self.client_id,
            client_name=self.client_name,
            account=self.account,
            lane=self.lane,
            permission=permission({name: level for name in products if not self.groups or name in self.groups}),
            scopes=self.scopes,
            given=None if self.lane == "key" else self.scopes,
            created_at=self.created_at,
            expires_at=self.expires_at,
            last_used_at=self.last_used_at,
            begun=self.begun,
            kept_until=self.kept_until,
            last_listed_at=self.last_listed_at,
            ended=self.ended,
            ended_at=self.ended_at,
        )
