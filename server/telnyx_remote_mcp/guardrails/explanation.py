"""Explains the policies that apply to a caller: which calls run, which ask first, and which are refused."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

from telnyx_remote_mcp.surface.policy import Word
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.server_info import PolicyInfo
from telnyx_tools.tool.tool import Tool

MOST_NAMED: Final = 20
"""The most tools and groups that are listed for each word."""


def explained(tools: Iterable[Tool], word: Callable[[Tool], Word], unusual: Sequence[str]) -> PolicyInfo:
    """What happens to calls of these tools, in brief: the usual word for each effect, and the tools that differ."""
    words = {tool: word(tool) for tool in tools}
    usual = {effect: _most(words[tool] for tool in words if tool.effect is effect) for effect in _effects(words)}
    others: dict[str, list[str]] = {}
    for name, said in _different(words, usual):
        others.setdefault(said, []).append(name)
    return PolicyInfo(
        effects={effect.value: usual[effect] for effect in usual},
        others={said: _short(names) for said, names in others.items()} or None,
        unusual=list(unusual) if "ask_when_unusual" in words.values() else None,
    )


def _effects(words: dict[Tool, Word]) -> list[Effect]:
    present = {tool.effect for tool in words}
    return [effect for effect in Effect if effect in present]


def _most(words: Iterable[Word]) -> Word:
    return Counter(words).most_common(1)[0][0]


def _different(words: dict[Tool, Word], usual: dict[Effect, Word]) -> Iterator[tuple[str, Word]]:
    """The tools whose word is not the usual one. A group is listed by its name if all its tools have the same word."""
    groups: defaultdict[str, list[Tool]] = defaultdict(list)
    for tool in words:
        groups[tool.group].append(tool)
    for group, members in groups.items():
        different = [tool for tool in members if words[tool] != usual[tool.effect]]
        changing = [tool for tool in members if tool.effect is not Effect.READ]
        if different and (said := _shared(members, words)) is not None:
            yield group, said
        elif set(different) & set(changing) and (said := _shared(changing, words)) is not None:
            yield f"{group} (but reads)", said
        else:
            yield from ((tool.name, words[tool]) for tool in different)


def _shared(tools: list[Tool], words: dict[Tool, Word]) -> Word | None:
    """The word that all the tools have; None if they have several."""
    said = {words[tool] for tool in tools}
    return said.pop() if len(said) == 1 else None


def _short(names: list[str]) -> list[str]:
    more = len(names) - MOST_NAMED
    return [*names[:MOST_NAMED], f"and {more} more"] if more > 0 else names
