"""Additions: what a client that is already connected asks for beyond its grant."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from telnyx_remote_mcp.auth.grant import Grant
from telnyx_remote_mcp.auth.scopes import is_granted
from telnyx_remote_mcp.surface.permission import Level
from telnyx_remote_mcp.surface.surfaces import Surfaces
from telnyx_tools.tool.tool import Tool


@dataclass(frozen=True, slots=True)
class Addition:
    """The products that the new scopes are for, and the level that they ask for: to spend if any is to write, else to
    look."""

    grant: Grant
    """The connection that it adds to."""
    products: tuple[str, ...]
    level: Level


def addition(surfaces: Surfaces, grant: Grant, scopes: Iterable[str]) -> Addition | None:
    """Return what the scopes ask for beyond the grant; None where that is nothing, or not about any product.

    Where some of the new scopes are to write, those to read are ignored, because one level is chosen for the whole
    addition.
    """
    fresh = [scope for scope in scopes if not is_granted(scope, grant.scopes)]
    writing = [scope for scope in fresh if scope.endswith(".write")]
    tools = [tool for tool in surfaces.ceiling if tool.group in surfaces.products]
    products = {name for scope in writing or fresh for name in _products(tools, scope, grant)}
    level = Level.SPEND if writing else Level.LOOK
    return Addition(grant, tuple(sorted(products)), level) if products else None


def _products(tools: list[Tool], scope: str, grant: Grant) -> list[str]:
    """Return the products that a scope is chiefly for; only those that the agent may use already, if there are any."""
    using = {tool.group for tool in tools if tool.scope == scope}
    chiefly = [name for name in using if _family(tools, name) == scope.rpartition(".")[0]] or list(using)
    return [name for name in chiefly if grant.permission.level(name) is not None] or chiefly


def _family(tools: list[Tool], product: str) -> str:
    """The family of scopes that most tools of the product need."""
    families = Counter(tool.scope.rpartition(".")[0] for tool in tools if tool.group == product)
    return families.most_common(1)[0][0]
