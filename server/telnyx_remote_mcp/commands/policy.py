"""Explain a policy file: what runs, what asks the person first, what is refused."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from telnyx_remote_mcp.commands import Failure, say
from telnyx_remote_mcp.guardrails.policy_file import PolicyFileError, load
from telnyx_remote_mcp.guardrails.rules import Rules
from telnyx_remote_mcp.surface.policy import Policy, Word, ruling
from telnyx_tools.registry import registry
from telnyx_tools.tool.effect import Effect

WORDS: Mapping[Word, str] = {
    "run": "run",
    "ask_when_unusual": "ask when unusual",
    "ask": "ask",
    "refuse": "are refused",
}


def configure(parser: ArgumentParser) -> None:
    parser.add_argument("action", choices=["check"], help="check: read the file, and say what it means")
    parser.add_argument("file", metavar="FILE", type=Path, help="a policy in TOML")


def run(options: Namespace) -> int:
    try:
        policy = load(options.file, registry())
    except PolicyFileError as error:
        raise Failure(str(error)) from None
    for line in explained(policy):
        say(line)
    return 0


def explained(policy: Policy) -> list[str]:
    """The policy in words: by effect how many tools run, ask or are refused, and which rules call one unusual."""
    lines = []
    for effect in Effect:
        tools = [tool for tool in registry().tools.values() if tool.effect is effect and tool.target is None]
        words = Counter(ruling(tool, registry(), {"operator": policy}).word for tool in tools)
        lines.append(f"{effect}: " + ", ".join(f"{words[word]} {WORDS[word]}" for word in WORDS if words[word]))
    lines.append(f"unusual: {', '.join(Rules.of([policy]).explained()) or 'nothing'}")
    if policy.agent_may_confirm:
        lines.append("the agent's word that the user agreed counts (confirm_approval), but not for what is tainted")
    if policy.numbers:
        lines.append(f"special numbers that may be reached: {', '.join(policy.numbers)}")
    return lines
