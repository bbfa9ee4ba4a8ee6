"""Permissions: how much a person lets one agent do, for each product."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from telnyx_tools.tool.context import Action
from telnyx_tools.tool.effect import Effect


class Level(IntEnum):
    """The level of access of an agent to a product. A higher level includes the lower ones."""

    LOOK = 1
    """Read what is free to read."""
    CHANGE = 2
    """Change and delete, at no charge."""
    SPEND = 3
    """Spend money, and reach people."""


_NEEDED = {
    Effect.READ: Level.LOOK,
    Effect.WRITE: Level.CHANGE,
    Effect.DESTROY: Level.CHANGE,
    Effect.SPENDS: Level.SPEND,
}


def needed(action: Action) -> Level:
    """The level that an action needs. A read that costs money needs the level for spending."""
    return Level.SPEND if action.paid else needed_for(action.effect)


def needed_for(effect: Effect) -> Level:
    """The level that an effect needs."""
    return _NEEDED[effect]


@dataclass(frozen=True, slots=True)
class Permission:
    """The products that a person allowed, each with its level, and the level for the rest of the API.

    A product is a group of tools, with the operations of the API in that group. What is not named is not permitted: no
    value means "everything", so a narrower permission cannot turn into that by mistake.
    """

    products: tuple[tuple[str, Level], ...]
    """In alphabetical order, without repetition."""
    rest: Level | None = None
    """For operations that are in no group of tools; None permits none of them."""

    def level(self, product: str) -> Level | None:
        return dict(self.products).get(product)

    def joined(self, other: Permission) -> Permission:
        """Return the union of the two: whatever one of them permits."""
        products = {name: max(level, self.level(name) or level) for name, level in other.products}
        rests = [rest for rest in (self.rest, other.rest) if rest is not None]
        return permission({**dict(self.products), **products}, max(rests, default=None))

    @property
    def only_looks(self) -> bool:
        levels = {level for _, level in self.products} | {self.rest}
        return levels <= {Level.LOOK, None}


def permission(products: dict[str, Level], rest: Level | None = None) -> Permission:
    """A permission in canonical form, so that equal ones are the same cache key."""
    return Permission(tuple(sorted(products.items())), rest)
