"""Policies: data that says which calls run, which ask the person first, and which are refused.

Several people can lay down a policy: the operator, the owner of the account, and whoever configured the connection.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Final, Literal, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, Field

from telnyx_remote_mcp.surface.deeds import deeds_of, excluded_with
from telnyx_remote_mcp.surface.selection import BadSelection, UnknownChoice
from telnyx_tools.registry import Registry
from telnyx_tools.tool.context import Action
from telnyx_tools.tool.effect import Effect

Word = Literal["run", "ask_when_unusual", "ask", "refuse"]
"""What happens to a call, from the mildest to the strictest."""
GroupWord = Literal["run", "ask_when_unusual", "ask", "refuse", "read_only"]
WORDS: Final[tuple[Word, ...]] = get_args(Word)
Special = Literal["emergency", "premium_rate"]
Whose = Literal["operator", "account", "connection", "request", "default"]
"""Who laid down a policy: the operator of the server; the owner of the account, for the whole account or for one
connection; whoever wrote the URL and the headers of a request; or nobody."""

W = TypeVar("W", bound=str)

NOTHING: Final[Mapping[str, Effect]] = {}
_STRICTNESS: Final[Mapping[Word, int]] = {"run": 0, "ask_when_unusual": 1, "ask": 2, "refuse": 3}
DEFAULTS: Final[Mapping[Effect, Word]] = {
    Effect.READ: "run",
    Effect.WRITE: "ask_when_unusual",
    Effect.DESTROY: "ask",
    Effect.SPENDS: "ask_when_unusual",
}


class Unusual(BaseModel):
    """The conditions that make a call unusual. None leaves one to the next policy, and at last to its default."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    tainted: bool | None = Field(None, description="an address that the agent only has from a stranger's text")
    after_reading: bool | None = Field(None, description="a new address, within an hour of reading strangers' texts")
    recipients: Annotated[int, Field(ge=1, le=10_000)] | Literal[False] | None = Field(
        None, description="more different recipients than this within ten minutes; false turns it off"
    )
    new_country: bool | None = Field(None, description="a country that the account has nothing to do with")
    opted_out: bool | None = Field(None, description="a recipient who answered STOP to the account")
    price: Annotated[float, Field(gt=0, allow_inf_nan=False)] | Literal[False] | None = Field(
        None, description="a price above this sum, in the account's currency; false turns it off"
    )
    recurring_price: bool | None = Field(None, description="a price that has to be paid again and again")
    unknown_price: bool | None = Field(None, description="a price that Telnyx does not tell, where it usually does")
    first_contact: bool | None = Field(None, description="a recipient who was never contacted from here")
    night: bool | None = Field(None, description="between 21:00 and 8:00 where the recipient is")


class Policy(BaseModel):
    """The policy of one person.

    For a call the rule for its tool counts, else that for its group, else that for its effect.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    effects: dict[Effect, Word] = Field({}, description="by effect: read, write, destroy, spends")
    groups: dict[str, GroupWord] = Field({}, description="by group, such as messaging")
    tools: dict[str, Word] = Field({}, description="by tool or operation, such as send_message or messages.send")
    unusual: Unusual = Unusual()
    agent_may_confirm: bool | None = Field(
        None, description="whether the agent's word that the user agreed (confirm_approval) counts for the user's own"
    )
    numbers: list[Special] = Field([], description="special numbers that may be called and texted")

    def rule(self, action: Action, registry: Registry, products: Mapping[str, Effect] = NOTHING) -> Rule | None:
        """The strictest rule of this policy for an action; None if it has none.

        A rule cannot be bypassed with another action. One for a tool that is stricter than `run` holds for all actions
        with the same deed. One for a group also holds for actions of others on things of the group: `products` names
        those groups, each with the effect on its things.
        """
        own = self._own(action)
        others = self._of_the_same_deed(action, registry) if action.effect is not Effect.READ else []
        borrowed = [rule for group, effect in products.items() if (rule := self._of_group(effect, group))]
        return max([*([own] if own is not None else []), *others, *borrowed], key=strictness, default=None)

    def _own(self, action: Action) -> Rule | None:
        if (word := self.tools.get(action.name)) is not None:
            return Rule(word, f"tools.{action.name} = {word}")
        if (rule := self._of_group(action.effect, action.group)) is not None:
            return rule
        if (word := self.effects.get(action.effect)) is not None:
            return Rule(word, f"effects.{action.effect} = {word}")
        return None

    def _of_group(self, effect: Effect, group: str) -> Rule | None:
        if (said := self.groups.get(group)) is None:
            return None
        if said != "read_only":
            return Rule(said, f"groups.{group} = {said}")
        return Rule("run" if effect is Effect.READ else "refuse", f"groups.{group} = read_only")

    def _of_the_same_deed(self, action: Action, registry: Registry) -> list[Rule]:
        return [
            Rule(word, f"tools.{name} = {word}")
            for name, word in self.tools.items()
            if word != "run"
            and name != action.name
            and (tool := registry.find(name)) is not None
            and deeds_of(action) & excluded_with(tool)
        ]


@dataclass(frozen=True, slots=True)
class Rule:
    """What happens to a call, the entry of the policy that says so, and whose policy it is."""

    word: Word
    text: str
    whose: Whose = "default"


def ruling(
    action: Action,
    registry: Registry,
    laid_down: Mapping[Whose, Policy],
    narrower: Policy | None = None,
    products: Mapping[str, Effect] = NOTHING,
) -> Rule:
    """The rule for an action: the strictest of those laid down, or the default if nobody laid down any.

    `narrower`, the policy of the request, can only make that stricter. `products` are other groups whose things the
    call reads or changes.
    """
    rules = [
        replace(rule, whose=whose)
        for whose, policy in laid_down.items()
        if (rule := policy.rule(action, registry, products)) is not None
    ]
    found = max(rules, key=strictness, default=_default(action))
    narrowed = narrower.rule(action, registry, products) if narrower is not None else None
    return max([found, *([replace(narrowed, whose="request")] if narrowed is not None else [])], key=strictness)


def takes_word(laid_down: Iterable[Policy]) -> bool:
    """Whether the agent may confirm that the person agreed: at least one policy says so, and none denies it."""
    said = [policy.agent_may_confirm for policy in laid_down if policy.agent_may_confirm is not None]
    return bool(said) and all(said)


def narrowing(pairs: Iterable[tuple[str, str]], registry: Registry) -> Policy:
    """The policy that a request makes with pairs such as ("spends", "ask"). Raises BadSelection for an invalid one."""
    effects: dict[Effect, Word] = {}
    groups: dict[str, GroupWord] = {}
    tools: dict[str, Word] = {}
    for name, word in pairs:
        if name in registry.groups:
            groups[name] = _known(word, get_args(GroupWord))
        elif name in tuple(Effect):
            effects[Effect(name)] = _known(word, WORDS)
        elif (tool := registry.find(name)) is not None:
            tools[tool.name] = _known(word, WORDS)
        else:
            raise UnknownChoice("effect, group or tool in policy", name, [*Effect, *registry.groups])
    return Policy(effects=effects, groups=groups, tools=tools)


def _known(word: str, valid: Sequence[W]) -> W:
    for each in valid:
        if word == each:
            return each
    raise BadSelection(f"Unknown word '{word[:80]}' in policy: write it as spends=ask. Valid: {', '.join(valid)}.")


def strictness(rule: Rule) -> int:
    return _STRICTNESS[rule.word]


def _default(action: Action) -> Rule:
    word = DEFAULTS[action.effect]
    return Rule(word, f"effects.{action.effect} = {word}, by default")
