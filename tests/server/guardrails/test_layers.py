"""Every layer only narrows those above it, whatever is laid down."""

import random
from datetime import UTC, datetime, time
from typing import Any, get_args

import pytest

from telnyx_remote_mcp.guardrails.layers import Layers
from telnyx_remote_mcp.guardrails.recipients import Recipient
from telnyx_remote_mcp.guardrails.unusual import Rules
from telnyx_remote_mcp.surface.limits import Limit
from telnyx_remote_mcp.surface.owner_rules import OwnerRules, QuietHours
from telnyx_remote_mcp.surface.policy import DEFAULTS, GroupWord, Policy, Unusual, Word, ruling, strictness
from telnyx_tools.registry import registry
from telnyx_tools.tool.effect import Effect

TOOLS = [tool for tool in registry().tools.values() if tool.target is None]
STACKS = 400
COUNTRIES = ("US", "CA", "GB", "DE")


class Chance(random.Random):
    """Makes anything that can be laid down."""

    def policy(self) -> Policy:
        words, group_words = get_args(Word), get_args(GroupWord)
        tools = self.sample(TOOLS, self.randrange(4))
        return Policy(
            effects={effect: self.choice(words) for effect in Effect if self.random() < 0.3},
            groups={tool.group: self.choice(group_words) for tool in self.sample(TOOLS, self.randrange(3))},
            tools={tool.name: self.choice(words) for tool in tools},
            unusual=Unusual(
                tainted=self.choice([None, True, False]), recipients=self.choice([None, False, 1, 30, 9_000])
            ),
        )

    def rules(self) -> OwnerRules:
        limits = [
            Limit(what, self.randrange(50), period)
            for what in ("messages", "spend")
            for period in ("hour", "day")
            if self.random() < 0.4
        ]
        countries = sorted(self.sample(COUNTRIES, self.randrange(4)))
        return OwnerRules(policy=self.policy(), limits=tuple(limits), countries=tuple(countries))

    def layers(self) -> Layers:
        return Layers(
            operator=self.choice([None, self.policy()]),
            account=self.rules(),
            connection=self.rules(),
            request=self.choice([None, self.policy()]),
        )


def test_nothing_makes_milder_what_somebody_above_laid_down() -> None:
    chance = Chance(17)
    for _ in range(STACKS):
        layers, action = chance.layers(), chance.choice(TOOLS)
        found = strictness(layers.rule(action, registry()))
        policies = [*layers.policies.values(), *([layers.request] if layers.request is not None else [])]
        said = [rule for policy in policies if (rule := policy.rule(action, registry())) is not None]
        assert all(found >= strictness(rule) for rule in said)
        above = ruling(action, registry(), layers.policies)
        assert found >= strictness(above)
        if not [policy for policy in layers.policies.values() if policy.rule(action, registry()) is not None]:
            assert above.word == DEFAULTS[action.effect]


def test_where_the_operator_says_nothing_the_owners_word_counts_instead_of_the_default() -> None:
    deletion = registry().tools["delete_messaging_profile"]
    owner = OwnerRules(policy=Policy(effects={Effect.DESTROY: "run"}))
    assert Layers().rule(deletion, registry()).word == "ask"
    assert Layers(account=owner).rule(deletion, registry()).word == "run"
    assert Layers(operator=Policy(effects={Effect.DESTROY: "ask"}), account=owner).rule(deletion, registry()).word == (
        "ask"
    )


def test_a_limit_of_the_owner_only_lowers_that_of_the_operator() -> None:
    chance = Chance(18)
    for _ in range(STACKS):
        layers, operator = chance.layers(), chance.rules().limits
        bounds = layers.bounds(operator)
        for limit in (*operator, *layers.account.limits):
            held = [b.limit.most for b in bounds if not b.of_connection and _same(b.limit, limit)]
            assert len(held) == 1
            assert held[0] <= limit.most
        assert [b.limit for b in bounds if b.of_connection] == list(layers.connection.limits)


def _same(one: Limit, other: Limit) -> bool:
    return (one.what, one.period) == (other.what, other.period)


def test_a_country_is_reached_where_every_level_allows_it_and_rules_of_the_unusual_are_on_where_one_has_them() -> None:
    chance = Chance(19)
    for _ in range(STACKS):
        layers, country = chance.layers(), chance.choice([*COUNTRIES, None])
        levels = (layers.account, layers.connection)
        assert (layers.forbids(country) is None) == all(level.allows(country) for level in levels)
        said = [policy.unusual.tainted for policy in layers.policies.values() if policy.unusual.tainted is not None]
        assert Rules.of(layers.policies.values()).tainted == (any(said) if said else True)


PERSON = Recipient("phone", "+13125550123", "to")
ABROAD = Recipient("phone", "+442071838750", "to")
MAIL = Recipient("email", "a@example.com", "to")
EVENING = datetime(2026, 7, 1, 22, 30, tzinfo=UTC)
"""23:30 in London, 17:30 in Chicago."""


def hours(begins: int, ends: int, zone: str | None = None) -> OwnerRules:
    return OwnerRules(quiet_hours=QuietHours(begins=time(begins), ends=time(ends), zone=zone))


@pytest.mark.parametrize(
    ("rules", "reached", "asks"),
    [
        (hours(21, 8), PERSON, False),
        (hours(21, 8), ABROAD, True),
        (hours(17, 18), PERSON, True),
        (hours(21, 8), MAIL, False),
        (hours(21, 8, "Europe/Berlin"), PERSON, True),
        (hours(21, 8, "Europe/Berlin"), MAIL, True),
        (hours(21, 8, "America/Chicago"), ABROAD, False),
        (hours(21, 8, "Nowhere/Atall"), PERSON, True),
        (hours(9, 9), ABROAD, True),
        (hours(21, 8, "Europe/Berlin"), Recipient("url", "https://example.com", "webhook_url"), False),
    ],
)
def test_quiet_hours_are_those_of_whoever_is_reached_or_of_their_own_zone(
    rules: OwnerRules, reached: Recipient, asks: bool
) -> None:
    stacks: list[dict[str, Any]] = [{"account": rules}, {"connection": rules}]
    for stack in stacks:
        reasons = Layers(**stack).quiet([reached], EVENING)
        assert bool(reasons) == asks
        assert all(reason.rule == "quiet_hours" and f"{rules.quiet_hours}" in reason.text for reason in reasons)
