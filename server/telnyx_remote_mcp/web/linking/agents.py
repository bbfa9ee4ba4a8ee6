"""The agents of an account as the account page shows them, and the form that changes what each may do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from starlette.datastructures import FormData

from telnyx_remote_mcp.auth.grant import Grant
from telnyx_remote_mcp.auth.scopes import Scopes
from telnyx_remote_mcp.surface.permission import Level, Permission, permission
from telnyx_remote_mcp.web.linking.bad_choice import BadChoice
from telnyx_remote_mcp.web.linking.choice import end
from telnyx_remote_mcp.web.linking.offer import LEVELS, Offer
from telnyx_remote_mcp.web.linking.rules_form import Values, in_words, shown
from telnyx_remote_mcp.web.linking.summary import REST, Right, day, minute, rights, summary


@dataclass(frozen=True, slots=True)
class Agent:
    """A connection as the page shows it."""

    id: str
    name: str
    may: list[tuple[str, list[str]]]
    rights: list[Right]
    held_back: bool
    """Whether Telnyx gave less than was chosen."""
    since: str
    last_acted: str
    last_listed: str
    until: str
    limits: list[str]
    rules: Values

    @classmethod
    def of(cls, grant: Grant, offered: Offer, scopes: Scopes) -> Agent:
        return cls(
            id=grant.id,
            name=grant.client_name,
            may=summary(offered, grant, scopes),
            rights=rights(offered, grant, scopes),
            held_back=grant.given is not None and not scopes.covering(grant.permission) <= grant.scopes,
            since=day(grant.created_at),
            last_acted=minute(grant.last_used_at) if grant.last_used_at > grant.created_at else "nothing noted so far",
            last_listed=minute(grant.last_listed_at) if grant.last_listed_at is not None else "not so far",
            until="you end it" if grant.expires_at is None else day(grant.expires_at),
            limits=in_words(grant.rules),
            rules=shown(grant.rules),
        )


@dataclass(frozen=True, slots=True)
class PastAgent:
    """A connection that ended by itself, as the page shows it."""

    id: str
    name: str
    ended: str
    why: str

    @classmethod
    def of(cls, grant: Grant) -> PastAgent:
        if grant.ended is not None:
            why = _WHY[grant.ended]
        elif grant.end == grant.expires_at:
            why = "Its time was over, as you chose when you connected it."
        else:
            why = "The agent did not come back for a month."
        return cls(grant.id, grant.client_name, minute(grant.ended_at or grant.end or grant.created_at), why)


_WHY: Final = {
    "reused": "Its sign-in was used in two places, as when it was copied or restored from a backup. If you know of no "
    "copy, somebody may have taken it. Connect again from the agent.",
    "replayed": "Its sign-in was answered twice, as when somebody read along. Connect again from the agent.",
    "given_back": "The agent signed out.",
    "rejected": "Telnyx no longer accepts the key or sign-in behind it. Connect again with one that it accepts.",
}


def changed(form: FormData, grant: Grant, offered: Offer, now: datetime) -> tuple[Permission, int | None]:
    """Return what the form lets the agent do, and until when. A product without a level is no longer permitted.

    Raises BadChoice.
    """
    levels = {product.name: _level(form, product.name, offered) for product in offered.products}
    rest = _level(form, REST, offered) if offered.rest_of_api else None
    permitted = permission({name: level for name, level in levels.items() if level is not None}, rest)
    if not permitted.products and rest is None:
        raise BadChoice("Leave the agent at least one product, or end the connection.", "group")
    return permitted, end(form, now, grant.expires_at)


def _level(form: FormData, name: str, offered: Offer) -> Level | None:
    value = str(form.get(f"level_{name}", ""))
    level = LEVELS.get(value)
    if value and level not in offered.levels:
        raise BadChoice("Choose how far the agent may go.", "level")
    return level
