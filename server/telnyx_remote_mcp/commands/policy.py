"""Explain a policy file (what runs, what asks the person first, what is refused), or run the audit log against it."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from telnyx_remote_mcp.audit.log import DIRECTORY
from telnyx_remote_mcp.audit.reader import records
from telnyx_remote_mcp.commands import Failure, say
from telnyx_remote_mcp.commands.options import add_settings, settings
from telnyx_remote_mcp.guardrails.policy_file import PolicyFileError, load
from telnyx_remote_mcp.guardrails.replay import NOT_IN_THE_LOG, WHAT_COMES, Replay
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
    add_settings(parser, "data_dir")
    parser.add_argument(
        "action",
        choices=["check", "replay"],
        help="check: say what the file means; replay: run the audit log against it, and say what would have been asked",
    )
    parser.add_argument("file", metavar="FILE", type=Path, help="a policy in TOML")
    parser.add_argument("--since", metavar="TIME", help="replay from this moment on, such as 2026-03-01")


def run(options: Namespace) -> int:
    try:
        policy = load(options.file, registry())
    except PolicyFileError as error:
        raise Failure(str(error)) from None
    lines = explained(policy) if options.action == "check" else replayed(policy, options)
    for line in lines:
        say(line)
    return 0


def replayed(policy: Policy, options: Namespace) -> list[str]:
    """What the policy would have done to the recorded calls, by tool, and what cannot be said."""
    directory = settings(options).data_dir / DIRECTORY
    if not directory.is_dir():
        raise Failure(f"There is no audit log in {directory}; see --data-dir, and TELNYX_MCP_AUDIT.")
    since = options.since or ""
    found = Replay(policy, registry()).run(each for each in records(directory) if str(each.get("at")) >= since)
    lines = [f"{name}: {tool}" for name, tool in sorted(found.items(), key=lambda each: -each[1].calls.total())]
    together = Counter[str](outcome for tool in found.values() for outcome in tool.calls.elements())
    totals = ", ".join(f"{count} {WHAT_COMES[outcome]}" for outcome, count in together.most_common())
    lines.append(f"\n{together.total()} calls: {totals or 'none on record'}")
    return [*lines, "\nThe log has no contents, so these are not replayed:", *(f"  {what}" for what in NOT_IN_THE_LOG)]


def explained(policy: Policy) -> list[str]:
    """The policy in words: for each effect how many tools run, ask or are refused, and which rules make a call
    unusual."""
    lines = []
    for effect in Effect:
        tools = [tool for tool in registry().tools.values() if tool.effect is effect and tool.target is None]
        words = Counter(ruling(tool, registry(), {"operator": policy}).word for tool in tools)
        lines.append(f"{effect}: " + ", ".join(f"{words[word]} {WORDS[word]}" for word in WORDS if words[word]))
    lines.append(f"unusual: {', '.join(Rules.of([policy]).explained()) or 'nothing'}")
    if policy.agent_may_confirm:
        lines.append("the agent's word that the user agreed counts (confirm_approval)")
        lines.append("but not where a stranger may be behind it: tainted, after_reading")
    if policy.numbers:
        lines.append(f"special numbers that may be reached: {', '.join(policy.numbers)}")
    return lines
