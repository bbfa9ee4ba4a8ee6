"""The form in which a person sets rules: fills in its fields from rules, and parses them into rules."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import time
from functools import cache
from typing import Any, Final
from zoneinfo import available_timezones

from starlette.datastructures import FormData

from telnyx_remote_mcp.guardrails.rules import Rules
from telnyx_remote_mcp.surface.limits import SECS, Limit, What
from telnyx_remote_mcp.surface.owner_rules import OwnerRules, QuietHours
from telnyx_remote_mcp.surface.policy import DEFAULTS, GroupWord, Policy, Unusual, Word
from telnyx_remote_mcp.web.linking.bad_choice import BadChoice
from telnyx_tools.tool.effect import Effect

Values = Mapping[str, str]
"""The fields by name, as a page shows them. A field in which several values can be ticked has them with commas."""

COUNTED: Final[Mapping[What, str]] = {
    "messages": "messages",
    "calls": "calls",
    "purchases": "purchases",
    "spend": "of money",
}
ASKED: Final[Mapping[Effect, str]] = {
    Effect.WRITE: "Changing",
    Effect.DESTROY: "Deleting",
    Effect.SPENDS: "Spending, reaching people",
}
WORDS: Final[Mapping[Word, str]] = {
    "run": "runs",
    "ask_when_unusual": "asks when unusual",
    "ask": "asks each time",
    "refuse": "is refused",
}
UNUSUAL: Final = {
    "tainted": "an address that the agent has from what somebody else wrote",
    "after_reading": "a new address, within an hour after the agent read what others wrote",
    "new_country": "a country that is new for the account",
    "opted_out": "somebody who answered STOP",
    "recurring_price": "what costs money every month",
    "unknown_price": "a price that Telnyx does not tell",
    "first_contact": "somebody who was never reached from here",
    "night": "night where they are",
}
"""The rules about unusual calls that are on or off, and what each is about."""
BOUNDS: Final = ("recipients", "price")
"""The rules about unusual calls that have a bound."""
_USUAL: Final = Rules()

SUGGESTED: Final = OwnerRules(
    limits=(
        Limit("messages", 100, "day"),
        Limit("calls", 50, "day"),
        Limit("purchases", 5, "day"),
        Limit("spend", 20, "day"),
    ),
    calls_at_once=5,
)
"""The limits that the linking page begins with."""

_MANY: Final = ("read_only", "unusual")
_ONE: Final = (
    *(f"limit_{what}_{period}" for what in COUNTED for period in SECS),
    *(f"asks_{effect}" for effect in ASKED),
    *("calls_at_once", "countries", "quiet_begins", "quiet_ends", "quiet_zone", *BOUNDS),
)
_AREAS: Final = ("Africa/", "America/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/", "Pacific/")


def shown(rules: OwnerRules) -> Values:
    """The fields, filled in with these rules."""
    hours, policy = rules.quiet_hours, rules.policy
    values = dict.fromkeys(_ONE, "")
    values |= {f"limit_{limit.what}_{limit.period}": str(limit.most) for limit in rules.limits}
    values |= {f"asks_{effect}": word for effect, word in policy.effects.items()}
    return values | {
        "calls_at_once": "" if rules.calls_at_once is None else str(rules.calls_at_once),
        "countries": ", ".join(rules.countries),
        "quiet_begins": "" if hours is None else f"{hours.begins:%H:%M}",
        "quiet_ends": "" if hours is None else f"{hours.ends:%H:%M}",
        "quiet_zone": "" if hours is None else hours.zone or "",
        **{name: _bound(policy.unusual, name) for name in BOUNDS},
        "read_only": ",".join(group for group, word in policy.groups.items() if word == "read_only"),
        "unusual": ",".join(name for name in UNUSUAL if _is_on(policy.unusual, name)),
    }


def given(form: FormData) -> Values:
    """The fields as the person filled them in."""
    one = {name: str(form.get(name, ""))[:200].strip() for name in _ONE}
    return one | {name: ",".join(str(value) for value in form.getlist(name)) for name in _MANY}


def rules_of(values: Values, groups: Mapping[str, object] | None = None) -> OwnerRules:
    """Parse the fields into rules. With `groups`, which are for the rules of a whole account, the fields can also limit
    groups to reading, and say what is unusual. Raises BadChoice."""
    effects = {effect: _word(values.get(f"asks_{effect}", "")) for effect in ASKED}
    whole: dict[str, Any] = {}
    if groups is not None:
        held: dict[str, GroupWord] = {name: "read_only" for name in _split(values, "read_only") if name in groups}
        whole = {"groups": held, "unusual": _unusual(values)}
    return OwnerRules(
        policy=Policy(effects={effect: word for effect, word in effects.items() if word is not None}, **whole),
        limits=tuple(limit for what in COUNTED for limit in _limits(values, what)),
        calls_at_once=_number(values.get("calls_at_once", ""), 10_000),
        countries=_countries(values.get("countries", "")),
        quiet_hours=_quiet_hours(values),
    )


def in_words(rules: OwnerRules) -> list[str]:
    """What the rules limit or ask about, in a few words each."""
    said = [f"{limit.most:,} {COUNTED.get(limit.what, limit.what)} a {limit.period}" for limit in rules.limits]
    if rules.calls_at_once is not None:
        said.append(f"{rules.calls_at_once} calls at once")
    if rules.countries:
        said.append(f"only {', '.join(rules.countries)}")
    if rules.quiet_hours is not None:
        said.append(f"asks from {rules.quiet_hours}")
    effects = {effect: word for effect, word in rules.policy.effects.items() if effect in ASKED}
    said += [f"{ASKED[effect].lower()} {WORDS[word]}" for effect, word in effects.items()]
    return said + [f"{group} only to read" for group, word in rules.policy.groups.items() if word == "read_only"]


def daily_limit(form: FormData) -> int | None:
    """The daily limit to set at Telnyx; None where it was not filled in. Raises BadChoice."""
    return _number(str(form.get("telnyx_daily", "")).strip(), 999_999)


def usual(effect: Effect) -> str:
    """What happens by default, without a rule, in words."""
    return WORDS[DEFAULTS[effect]]


@cache
def zones() -> list[str]:
    """The names of the time zones that are named after places, sorted."""
    return sorted(name for name in available_timezones() if name.startswith(_AREAS))


def _limits(values: Values, what: What) -> list[Limit]:
    found = [(period, _number(values.get(f"limit_{what}_{period}", ""), 999_999_999)) for period in SECS]
    return [Limit(what, most, period) for period, most in found if most is not None]


def _number(text: str, most: int) -> int | None:
    if not text:
        return None
    if not re.fullmatch(r"[0-9]{1,9}", text) or int(text) > most:
        raise BadChoice(f"Write limits as whole numbers, {most:,} at most, or leave them empty for none.", "limits")
    return int(text)


def _word(text: str) -> Word | None:
    if not text:
        return None
    for word in WORDS:
        if text == word:
            return word
    raise BadChoice("Choose what runs and what asks from the lists.", "rules")


def _countries(text: str) -> tuple[str, ...]:
    from phonenumbers import SUPPORTED_REGIONS

    named = {code.upper() for code in re.split(r"[\s,;]+", text) if code}
    if unknown := sorted(named - set(SUPPORTED_REGIONS)):
        raise BadChoice(f"Write countries by their two letters, as US, CA: {unknown[0][:20]} is none.", "rules")
    return tuple(sorted(named))


def _quiet_hours(values: Values) -> QuietHours | None:
    begins, ends, zone = (values.get(f"quiet_{name}", "") for name in ("begins", "ends", "zone"))
    if not begins and not ends:
        return None
    if zone and zone not in zones():
        raise BadChoice("Choose a time zone from the list, such as Europe/Berlin, or leave it empty.", "rules")
    try:
        return QuietHours(begins=time.fromisoformat(begins), ends=time.fromisoformat(ends), zone=zone or None)
    except ValueError:
        raise BadChoice("Say when the quiet hours begin and when they end, as 21:00 and 08:00.", "rules") from None


def _unusual(values: Values) -> Unusual:
    on = _split(values, "unusual")
    bounds = {name: _number(values.get(name, ""), 10_000) or False for name in BOUNDS}
    return Unusual.model_validate({**{name: name in on for name in UNUSUAL}, **bounds})


def _is_on(unusual: Unusual, name: str) -> bool:
    said = getattr(unusual, name)
    return bool(getattr(_USUAL, name) if said is None else said)


def _bound(unusual: Unusual, name: str) -> str:
    said = getattr(unusual, name)
    bound = getattr(_USUAL, name) if said is None else said
    return f"{bound:g}" if bound else ""


def _split(values: Values, name: str) -> list[str]:
    return [value for value in values.get(name, "").split(",") if value]
