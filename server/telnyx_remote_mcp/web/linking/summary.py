"""A summary of what a connection may do, product by product, as the pages show it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from telnyx_remote_mcp.auth.grant import Grant
from telnyx_remote_mcp.auth.scopes import Scopes
from telnyx_remote_mcp.surface.permission import Level
from telnyx_remote_mcp.web.linking.offer import WORDS, Offer


@dataclass(frozen=True, slots=True)
class Right:
    """What an agent may do in one product: `level` is a value of the forms, "" for nothing."""

    name: str
    title: str
    level: str


REST = "rest"


def rights(offered: Offer, grant: Grant, scopes: Scopes) -> list[Right]:
    """The right in each offered product, and in the rest of the API: the level that holds within the grant's scopes."""
    found = []
    for product in offered.products:
        level = grant.permission.level(product.name)
        reached = None if level is None else scopes.reach(product.name, level, grant.scopes)
        found.append(Right(product.name, product.title, _word(reached)))
    if offered.rest_of_api:
        found.append(Right(REST, "Rest of the Telnyx API", _word(grant.permission.rest)))
    return found


def summary(offered: Offer, grant: Grant, scopes: Scopes) -> list[tuple[str, list[str]]]:
    """The titles of the products by level, the highest first."""
    found = rights(offered, grant, scopes)
    words = [WORDS[level] for level in sorted(Level, reverse=True)]
    grouped = [(word, [right.title for right in found if right.level == word]) for word in words]
    return [(word, titles) for word, titles in grouped if titles]


def day(moment: int) -> str:
    return f"{datetime.fromtimestamp(moment, UTC):%-d %B %Y}"


def minute(moment: int) -> str:
    return f"{day(moment)}, {datetime.fromtimestamp(moment, UTC):%H:%M} UTC"


def _word(level: Level | None) -> str:
    return "" if level is None else WORDS[level]
