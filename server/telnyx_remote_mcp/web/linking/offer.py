"""What an agent would be able to do, by product, as the linking page shows it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from telnyx_remote_mcp.auth.scopes import held
from telnyx_remote_mcp.surface.surfaces import Surfaces
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.tool import Tool


@dataclass(slots=True)
class Product:
    """One group of tools; the lists hold the titles of what a tool does."""

    name: str
    title: str
    summary: str
    reads: list[str] = field(default_factory=list)
    paid_reads: list[str] = field(default_factory=list)
    changes: list[str] = field(default_factory=list)
    deletes: list[str] = field(default_factory=list)
    spends: list[str] = field(default_factory=list)

    @property
    def actions(self) -> int:
        return sum(map(len, (self.reads, self.paid_reads, self.changes, self.deletes, self.spends)))

    def add(self, tool: Tool) -> None:
        kinds = {Effect.WRITE: self.changes, Effect.DESTROY: self.deletes, Effect.SPENDS: self.spends}
        kinds.get(tool.effect, self.paid_reads if tool.paid else self.reads).append(tool.title)


@dataclass(frozen=True, slots=True)
class Offer:
    """What may be granted: the products, and whether the generic tools reach the rest of the API as well."""

    products: tuple[Product, ...]
    rest_of_api: bool

    @property
    def names(self) -> list[str]:
        return [product.name for product in self.products]


def offer(surfaces: Surfaces, scopes: Collection[str]) -> Offer:
    """What the operator serves and the scopes allow."""
    found: dict[str, Product] = {}
    allowed = [tool for tool in surfaces.ceiling if held(tool.scope, scopes)]
    for tool in allowed:
        if tool.group not in surfaces.registry.generic:
            group = surfaces.registry.groups[tool.group]
            found.setdefault(group.name, Product(group.name, group.title, group.summary)).add(tool)
    return Offer(tuple(found.values()), any(tool.target is not None for tool in allowed))


def reading(scopes: Iterable[str]) -> frozenset[str]:
    """The scopes with every `.write` weakened to `.read`."""
    return frozenset(f"{s.removesuffix('.write')}.read" if s.endswith(".write") else s for s in scopes)
