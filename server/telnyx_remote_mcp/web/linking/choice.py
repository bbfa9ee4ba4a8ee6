"""The choice that a person makes on the linking page."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Final

from pydantic import BaseModel, ConfigDict, Field, model_validator
from starlette.datastructures import FormData

from telnyx_remote_mcp.surface.owner_rules import NO_RULES, OwnerRules
from telnyx_remote_mcp.surface.permission import Level, Permission, permission
from telnyx_remote_mcp.web.linking import rules_form
from telnyx_remote_mcp.web.linking.bad_choice import BadChoice
from telnyx_remote_mcp.web.linking.offer import LEVELS, WORDS, Offer

ENDS: Final = {"30": 30, "90": 90, "never": None}
"""Days after which the access ends, by the form's value. The form's other values are `date` and `kept`."""
DEFAULT_END: Final = "90"
ALL: Final = "all"
"""The form's value for all products. Where single products are ticked as well, only those count."""


class _FirstChoice(BaseModel):
    """A choice as 0.1.0 stored it."""

    groups: tuple[str, ...]
    read_only: bool
    expires_at: int | None


class Choice(BaseModel):
    """The extent of the agent's access, its end in Unix seconds, and the rules that hold for it. `replaces` is the
    grant that it adds to.

    It is stored while the person signs in at Telnyx. What decides about access has no default, so that a missing field
    can never mean more access.
    """

    model_config = ConfigDict(frozen=True)

    permission: Permission
    expires_at: int | None
    replaces: str | None
    rules: OwnerRules
    telnyx_daily: int | None = None
    """The daily spend limit to set at Telnyx, for each profile."""

    @model_validator(mode="before")
    @classmethod
    def _of_earlier_versions(cls, value: object) -> object:
        """Read a choice of an earlier version. It has no rules; that of 0.1.0 permits only the products it names."""
        if not isinstance(value, dict):
            return value
        if "permission" in value:
            return {"rules": NO_RULES, **value}
        first = _FirstChoice.model_validate(value)
        level = Level.LOOK if first.read_only else Level.SPEND
        named = permission(dict.fromkeys(first.groups, level))
        return {"permission": named, "expires_at": first.expires_at, "replaces": None, "rules": NO_RULES}


class Filled(BaseModel):
    """The values that the form is filled in with, and what is wrong with them. They never include the API key."""

    model_config = ConfigDict(frozen=True)

    level: str = WORDS[Level.SPEND]
    groups: frozenset[str] = frozenset({ALL})
    rest: bool = False
    ends: str = DEFAULT_END
    end_date: str = ""
    rules: dict[str, str] = Field(default_factory=lambda: dict(rules_form.shown(rules_form.SUGGESTED)))
    telnyx_daily: str = ""
    problem: str = ""
    field: str = ""

    @classmethod
    def of(cls, form: FormData) -> Filled:
        return cls(
            level=str(form.get("level", "")),
            groups=frozenset(str(value) for value in form.getlist("group")),
            rest=form.get("rest") == "yes",
            ends=str(form.get("ends", DEFAULT_END)),
            end_date=str(form.get("end_date", ""))[:10],
            rules=dict(rules_form.given(form)),
            telnyx_daily=str(form.get("telnyx_daily", ""))[:20],
        )

    @classmethod
    def as_before(cls, given: Permission, rules: OwnerRules, offered: Offer) -> Filled:
        """The form filled in with an earlier choice. Where products have different levels, it has the lowest."""
        levels = [level for _, level in given.products] + ([given.rest] if given.rest is not None else [])
        groups = {name for name, _ in given.products}
        return cls(
            level=WORDS[min(levels, default=Level.LOOK)],
            groups=frozenset({ALL} if groups.issuperset(offered.names) else groups),
            rest=given.rest is not None,
            rules=dict(rules_form.shown(rules)),
        )


def chosen(form: FormData, offered: Offer) -> Permission:
    """Return what the person lets the agent do. Raises BadChoice."""
    level = LEVELS.get(str(form.get("level", "")))
    if level is None or level not in offered.levels:
        raise BadChoice("Choose how far the agent may go.", "level")
    picked = {str(value) for value in form.getlist("group")}
    products = [name for name in offered.names if name in picked] or (offered.names if ALL in picked else [])
    rest = level if offered.rest_of_api and form.get("rest") == "yes" else None
    if not products and rest is None:
        raise BadChoice("Choose at least one product that the agent may use.", "group")
    if rest is None and not any(min(product.levels) <= level for product in offered.only(products).products):
        raise BadChoice("There is nothing free to read there: choose a higher level.", "level")
    return permission(dict.fromkeys(products, level), rest)


def end(form: FormData, now: datetime, kept: int | None = None) -> int | None:
    """Return the end of the access; `kept` is the end so far. Raises BadChoice."""
    value = str(form.get("ends", ""))
    if value == "kept":
        return kept
    if value in ENDS:
        days = ENDS[value]
        return None if days is None else int((now + timedelta(days=days)).timestamp())
    try:
        last = date.fromisoformat(str(form.get("end_date", "")))
    except ValueError:
        raise BadChoice("Give the day on which the access ends, as in 2030-12-31.", "ends") from None
    if last < now.date():
        raise BadChoice("The day on which the access ends has to be in the future.", "ends")
    # To the end of that day in UTC, which is all of the person's day where that is not far from UTC.
    return int(datetime(last.year, last.month, last.day, 23, 59, 59, tzinfo=UTC).timestamp())
