"""Print the completion of commands, options and tools for a shell, to be kept in a file that it reads."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from importlib import import_module

from telnyx_remote_mcp.commands import say
from telnyx_tools.registry import modules

PROGRAM = "telnyx-mcp-server"
COMMANDS = (
    *("stdio", "serve", "tools", "call", "doctor", "demo", "sandbox", "audit"),
    *("policy", "passphrase", "revoke"),
    *("completion", "card", "help", "version"),
)

_BASH = """\
_telnyx_mcp_server() {{
    local words
    case "${{COMP_WORDS[1]}}" in
{cases}
        *) words="" ;;
    esac
    [ "$COMP_CWORD" -eq 1 ] && words="{commands}"
    COMPREPLY=($(compgen -W "$words" -- "${{COMP_WORDS[COMP_CWORD]}}"))
}}
complete -o default -F _telnyx_mcp_server {program}"""

_ZSH = "autoload -U +X bashcompinit && bashcompinit\n" + _BASH


def configure(parser: ArgumentParser) -> None:
    parser.add_argument("shell", choices=("bash", "zsh", "fish"), help="for which shell")


def run(options: Namespace) -> int:
    words = {command: _words(command) for command in COMMANDS}
    if options.shell == "fish":
        say(_fish(words))
        return 0
    cases = "\n".join(f'        {command}) words="{" ".join(offered)}" ;;' for command, offered in words.items())
    script = _ZSH if options.shell == "zsh" else _BASH
    say(script.format(cases=cases, commands=" ".join(COMMANDS), program=PROGRAM))
    return 0


def _words(command: str) -> list[str]:
    """The words that may follow a command: its options, and the names of tools if it takes one."""
    if command == "help":
        return list(COMMANDS)
    if command == "version":
        return []
    parser = ArgumentParser(conflict_handler="resolve")
    import_module(f"telnyx_remote_mcp.commands.{command}").configure(parser)
    tools = sorted(modules()) if command in ("call", "tools") else []
    shells = ["bash", "zsh", "fish"] if command == "completion" else []
    return [*(option for option in parser._option_string_actions if option.startswith("--")), *shells, *tools]


def _fish(words: dict[str, list[str]]) -> str:
    lines = [f"complete -c {PROGRAM} -n __fish_use_subcommand -f -a '{' '.join(COMMANDS)}'"]
    lines += [
        f"complete -c {PROGRAM} -n '__fish_seen_subcommand_from {command}' -a '{' '.join(offered)}'"
        for command, offered in words.items()
        if offered
    ]
    return "\n".join(lines)
