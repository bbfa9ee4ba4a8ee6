"""The offer on the pages: everything that a person can let an agent do, by product."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from telnyx_remote_mcp.surface.permission import Level, needed
from telnyx_remote_mcp.surface.surfaces import Surfaces
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.tool import Tool

LEVELS: Final = {"look": Level.LOOK, "change": Level.CHANGE, "spend": Level.SPEND}
"""The levels by their values in the forms."""
WORDS: Final = {Level.LOOK: "look", Level.CHANGE: "change", Level.SPEND: "spend"}


@dataclass(slots=True)
class Product:
    """One group of tools; the lists hold the titles of its tools, by what they do."""

    name: str
    title: str
    summary: str
    reads: list[str] = field(default_factory=list)
    paid_reads: list[str] = field(default_factory=list)
    changes: list[str] = field(default_factory=list)
    deletes: list[str] = field(default_factory=list)
    spends: list[str] = field(default_factory=list)
    levels: set[Level] = field(default_factory=set)
    """The levels that its tools need."""

    def add(self, tool: Tool) -> None:
        kinds = {Effect.WRITE: self.changes, Effect.DESTROY: self.deletes, Effect.SPENDS: self.spends}
        kinds.get(tool.effect, self.paid_reads if tool.paid else self.reads).append(tool.title)
        self.levels.add(needed(tool))


@dataclass(frozen=True, slots=True)
class Offer:
    """The offer: the products, and whether the generic tools reach the rest of the API as well."""

    products: tuple[Product, ...]
    rest_of_api: bool

    @property
    def names(self) -> list[str]:
        return [product.name for product in self.products]

    @property
    def levels(self) -> list[Level]:
        """The levels that a person can choose: up to the highest that a served tool needs."""
        highest = max((level for product in self.products for level in product.levels), default=Level.LOOK)
        return [level for level in Level if level <= highest]

    def only(self, names: Iterable[str]) -> "Offer":
        """The offer of these products."""
        wanted = set(names)
        return Offer(tuple(product for product in self.products if product.name in wanted), self.rest_of_api)


def offer(surfaces: Surfaces) -> Offer:
    """Return the offer of a server: everything that the operator serves."""
    found: dict[str, Product] = {}
    for tool in surfaces.ceiling:
        if tool.group not in surfaces.registry.generic:
            group = surfaces.registry.groups[tool.group]
            found.setdefault(group.name, Product(group.name, group.title, group.summary)).add(tool)
    return Offer(tuple(found.values()), any(tool.target is not None for tool in surfaces.ceiling))
